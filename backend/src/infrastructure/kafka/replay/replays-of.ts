import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { ReplayNeedsDatabaseError } from './replay.errors';
import { Replays } from './replays';

const known = new WeakMap<KafkaRuntime, Replays>();

/** The one `Replays` of a runtime. Throws `ReplayNeedsDatabaseError` for one without a database. */
export function replaysOf(runtime: KafkaRuntime): Replays {
  const { settings, stateful, transport, codec, registry, consumer, inboxHorizon } = runtime;
  if (!stateful || !settings.database) {
    throw new ReplayNeedsDatabaseError(
      `'${settings.group}' has no database, so it has nothing to replay by.`,
    );
  }
  const made =
    known.get(runtime) ??
    new Replays({
      database: stateful.database,
      unitOfWork: stateful.unitOfWork,
      url: settings.database.url,
      group: settings.group,
      transport,
      codec,
      handlers: () => consumer.handlers(),
      topicOf: (eventType) => registry.definitionOf(eventType).topic,
      horizon: inboxHorizon,
    });
  known.set(runtime, made);
  return made;
}
