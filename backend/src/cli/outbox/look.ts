import { z } from 'zod';
import { table } from '@/infrastructure/kafka/setup/table';
import type { OutboxView, RefusedView } from '@/infrastructure/ops/outbox/outbox-view';
import type { OpsClient } from '../ops-client';
import { complain, say } from '../run-command';
import { agoOf, durationOf } from '../sagas/tell';
import type { Arguments } from './arguments';

export const PATH = '/ops/api/outbox';

const page = z.object({
  services: z.array(z.custom<OutboxView>()),
  items: z.array(z.custom<RefusedView>()),
  nextCursor: z.string().nullable(),
  unreachable: z.array(z.string()),
});

const SERVICES = ['service', 'waiting', 'oldest', 'refused', 'set aside', 'relayed by'];
const ROWS = ['service', 'row', 'for', 'topic', 'key', 'event', 'type', 'holds', 'why'];

export async function list(client: OpsClient, { values }: Arguments): Promise<number> {
  const { service, limit, cursor } = values;
  const answer = await client.get(PATH, page, { service, limit, cursor });
  if (values.json) say(JSON.stringify(answer));
  else {
    for (const line of table(SERVICES, answer.services.map(serviceCells))) say(line);
    if (answer.items.length > 0) {
      say('');
      for (const line of table(ROWS, answer.items.map(rowCells))) say(line);
    }
    say(`${answer.items.length} refused rows shown`);
    if (answer.nextCursor !== null) say(`More: --cursor ${answer.nextCursor}`);
  }
  if (answer.unreachable.length > 0)
    complain(`Not in this answer, since they did not answer: ${answer.unreachable.join(', ')}`);
  return 0;
}

const serviceCells = ({ service, waiting, oldestSeconds, refused, setAside, ...relay }: OutboxView) => [
  service,
  String(waiting),
  oldestSeconds === null ? '' : durationOf(Math.max(0, oldestSeconds) * 1_000),
  String(refused),
  String(setAside),
  relayText(relay),
];

/** `127.0.0.1:5022 (16 shards)`, and how many shards nobody has. */
function relayText({ owners, ownerless }: Pick<OutboxView, 'owners' | 'ownerless'>): string {
  const shards = (all: readonly number[]) => `(${all.length} shard${all.length === 1 ? '' : 's'})`;
  const told = owners.map((owner) => `${owner.client} ${shards(owner.shards)}`);
  return [...told, ...(ownerless.length > 0 ? [`nobody ${shards(ownerless)}`] : [])].join(', ');
}

const rowCells = (row: RefusedView) => [
  row.service,
  row.seq,
  agoOf(row.refusedAt),
  row.topic,
  row.aggregateId,
  row.eventId,
  row.eventType,
  String(row.held),
  `${row.cause.code}: ${row.cause.message}`,
];
