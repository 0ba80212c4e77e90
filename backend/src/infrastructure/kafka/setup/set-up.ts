import type { KafkaSettings } from '@/infrastructure/kafka/kafka.options';
import { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import { RegistrySchemaSource } from '@/infrastructure/kafka/schema/registry-schema-source';
import type { LogAdmin } from '@/infrastructure/kafka/transport/transport.port';
import { driftOf } from './drift';

type Say = (line: string) => void;

/** Makes what is missing and leaves what is there; running it again changes nothing. */
export async function setUp(admin: LogAdmin, settings: KafkaSettings, say: Say): Promise<void> {
  await setUpTopics(admin, settings, say);
  await registerSchemas(settings, say);
}

async function setUpTopics(admin: LogAdmin, { topics }: KafkaSettings, say: Say): Promise<void> {
  const outcomes = await admin.createTopics(topics);
  const created = outcomes.filter((outcome) => outcome.created);
  for (const { topic } of created) say(`created   ${topic}`);
  const found = await admin.describeTopics(topics.map(({ topic }) => topic));
  let drifted = 0;
  for (const wanted of topics) {
    const there = found.find(({ topic }) => topic === wanted.topic);
    const drift = there ? driftOf(wanted, there) : [];
    for (const difference of drift) say(`DRIFT     ${wanted.topic}: ${difference}`);
    if (drift.length > 0) drifted += 1;
  }
  const summary = `${topics.length} topics: ${created.length} created, ${topics.length - created.length} were there`;
  say(
    drifted === 0
      ? `${summary}.`
      : `${summary}, ${drifted} differ from their definition (nothing was changed).`,
  );
}

async function registerSchemas({ schemaRegistryUrl, events }: KafkaSettings, say: Say): Promise<void> {
  const source = new RegistrySchemaSource({ url: schemaRegistryUrl });
  await source.open();
  let registered = 0;
  for (const event of new EventRegistry(events).all()) {
    await source.register(event);
    registered += 1;
  }
  say(`Schemas of ${registered} event types are registered at ${withoutCredentials(schemaRegistryUrl)}.`);
}

export function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href.replace(/\/$/, '');
}
