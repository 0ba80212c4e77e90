import { randomUUID, randomUUIDv7 } from 'node:crypto';
import type { EventEnvelope } from '@shop/contracts';
import { bulkMigrations } from '@/infrastructure/kafka/dead-letters/bulk/bulk.migrations';
import { DeadLetters, type DeadLettersOptions } from '@/infrastructure/kafka/dead-letters/dead-letters';
import type { LetterStatus } from '@/infrastructure/kafka/dead-letters/letter';
import { deliveryMigrations } from '@/infrastructure/kafka/delivery/delivery.migrations';
import { laneMigrations } from '@/infrastructure/kafka/delivery/lanes.migrations';
import { ContractSchemaSource } from '@/infrastructure/kafka/schema/contract-schema-source';
import { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import type { RecordHeader } from '@/infrastructure/kafka/transport/transport.port';
import { outboxMigrations } from '@/infrastructure/outbox/outbox.migrations';
import { toStored } from '@/infrastructure/outbox/record-headers';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { testDatabase } from './test-database';

/** A letter as the engine would have written it, with its parked head where the lane waits. */
export interface LetterRow {
  readonly group?: string;
  readonly handler?: string;
  readonly topic?: string;
  readonly topicId?: string;
  readonly offset?: bigint;
  readonly key?: string | null;
  readonly value?: Buffer | null;
  readonly headers?: readonly RecordHeader[];
  readonly eventType?: string;
  readonly status?: LetterStatus;
  readonly cause?: { readonly code: string; readonly message: string };
  readonly firstFailedAt?: string;
  /** The lane waits: its head is parked with the letter's handler and these. */
  readonly parked?: readonly string[];
}

export interface ParkedState {
  readonly offset: string;
  readonly state: string;
  readonly handler: string | null;
  readonly attempts: number;
  readonly pending: readonly string[];
  readonly due: boolean;
  readonly edited_value: Buffer | null;
}

const PLACE = {
  group: 'orders',
  handler: 'take',
  topic: 'order-events',
  topicId: 't1',
  partition: 0,
} as const;

/** Dead letters on a database of its own, with rows made by hand; no engine picks them up. */
export async function deadLetterState(options: Pick<DeadLettersOptions, 'leaseMs' | 'lookMs'> = {}) {
  const own = await testDatabase();
  await migrate(own.url, 'desk', {
    ...outboxMigrations,
    ...deliveryMigrations,
    ...laneMigrations,
    ...bulkMigrations,
  });
  const connection = { url: own.url, schema: 'desk', maxConnections: 8, applicationName: 'spec' };
  const database = new Database(connection);
  const registry = new EventRegistry([]);
  const codec = new EventCodec({ registry, schemas: new ContractSchemaSource(registry) });
  const unitOfWork = new UnitOfWork(database);
  const parts = { database, unitOfWork, registry, codec, ...options };
  const letters = new DeadLetters(parts);
  let offsets = 0n;

  async function progress(topicId: string = PLACE.topicId): Promise<void> {
    await database.run(sql`
      insert into progress (group_id, topic, partition, topic_id, watermark, epoch)
      values (${PLACE.group}, ${PLACE.topic}, 0, ${topicId}, 1000, 1)
      on conflict (group_id, topic, partition) do update set topic_id = excluded.topic_id`);
  }

  async function addLetter(row: LetterRow = {}): Promise<string> {
    const id = randomUUIDv7();
    const place = { ...PLACE, ...row };
    const offset = row.offset ?? offsets++;
    const key = row.key === undefined ? 'o-1' : row.key;
    const record = await orderRecord(key ?? 'o-1');
    const value = row.value === undefined ? record.value : row.value;
    const headers = JSON.stringify(toStored(row.headers ?? record.headers));
    const { code, message } = row.cause ?? { code: 'HANDLER_FAILED', message: 'no stock' };
    const lane = laneOf(key, offset);
    await database.run(sql`
      insert into dead_letters (id, group_id, handler, topic, topic_id, partition, "offset", lane, key, value, headers,
        recorded_at, attempts, cause_code, cause_message, event_identity, event_id, event_type, lane_waits, status,
        first_failed_at)
      values (${id}, ${place.group}, ${place.handler}, ${place.topic}, ${place.topicId}, 0, ${offset}, ${lane},
        ${key === null ? null : Buffer.from(key)}, ${value}, ${headers}, clock_timestamp(), 10, ${code}, ${message},
        ${`/spec ${id}`}, ${id}, ${row.eventType ?? 'order.created'}, ${row.parked !== undefined},
        ${row.status ?? 'dead'}, coalesce(${row.firstFailedAt ?? null}::timestamptz, clock_timestamp()))`);
    if (row.parked)
      await park({ ...place, offset, key, state: 'dead', pending: [place.handler, ...row.parked] });
    return id;
  }

  async function park(row: {
    readonly offset: bigint;
    readonly key: string | null;
    readonly state: string;
    readonly pending: readonly string[];
    readonly attempts?: number;
    readonly handler?: string;
  }): Promise<void> {
    const waiting = row.state === 'waiting';
    await database.run(sql`
      insert into parked (group_id, topic, topic_id, partition, "offset", lane, key, headers, recorded_at,
        event_identity, event_type, pending, handler, attempts, state, due_at)
      values (${PLACE.group}, ${PLACE.topic}, ${PLACE.topicId}, 0, ${row.offset}, ${laneOf(row.key, row.offset)},
        ${row.key === null ? null : Buffer.from(row.key)}, '[]', clock_timestamp(), 'x', 'order.created',
        ${row.pending}::text[], ${row.state === 'behind' ? null : (row.handler ?? PLACE.handler)},
        ${row.attempts ?? 0}, ${row.state}, ${waiting ? sql`clock_timestamp() + interval '1 hour'` : sql`null`})`);
  }

  async function orderRecord(orderId: string) {
    const definition = registry.definitionOf('order.created');
    const envelope: EventEnvelope<string, unknown> = {
      eventId: randomUUID(),
      eventType: 'order.created',
      data: orderOf(orderId),
      occurredAt: new Date().toISOString(),
      source: '/spec',
      key: orderId,
      correlationId: 'spec',
      schemaVersion: definition.schemaVersion,
    };
    return codec.encode({ envelope, definition, headers: {} });
  }

  return {
    ...parts,
    letters,
    progress,
    addLetter,
    park,
    url: own.url,
    status: async (id: string) =>
      (await database.row<{ status: string }>(sql`select status from dead_letters where id = ${id}`))?.status,
    parked: () =>
      database.rows<ParkedState>(sql`
        select "offset", state, handler, attempts, pending, edited_value,
          due_at is not null and due_at <= clock_timestamp() as due
        from parked order by group_id, topic, "offset"`),
    empty: () => database.run(sql`truncate dead_letters, parked, progress, dead_letter_jobs, outbox cascade`),
    close: async () => {
      await letters.stop();
      await database.close();
      await own.drop();
    },
  };
}

export type DeadLetterState = Awaited<ReturnType<typeof deadLetterState>>;

export const orderOf = (orderId: string) => ({
  orderId,
  userId: 'user-123',
  items: [{ productId: 'prod-001', quantity: 2, price: 19.99 }],
  totals: { subtotal: 39.98, tax: 7.6, shipping: 4.9, total: 52.48 },
  createdAt: '2026-01-02T03:04:05.678Z',
});

const laneOf = (key: string | null, offset: bigint): Buffer =>
  Buffer.from(key === null ? `n${offset}` : `k${key}`);
