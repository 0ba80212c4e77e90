import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { OutgoingRecord } from '@/infrastructure/kafka/transport/transport.port';
import { RELAY_SHARDS } from './outbox.migrations';
import { toStored } from './record-headers';

export interface OutboxEntry {
  readonly eventId: string;
  readonly eventType: string;
  readonly record: OutgoingRecord;
}

/**
 * Writes the entries as the last statement before the commit. The lock per aggregate is taken first and held to the
 * commit, and `seq` is drawn under it: of two transactions on one aggregate the later `seq` is the later commit. No row
 * is there to be sorted, and so to be numbered, before all locks are counted and the transaction has its id.
 */
export async function appendToOutbox(session: SqlSession, entries: readonly OutboxEntry[]): Promise<void> {
  const rows = entries.map(({ eventId, eventType, record }) => ({
    id: eventId,
    aggregatetype: record.topic,
    aggregateid: record.key?.toString('utf8').replaceAll('\u0000', '') ?? '',
    type: eventType,
    payload: record.value,
    key: record.key,
    partition: record.partition ?? null,
    headers: JSON.stringify(toStored(record.headers)),
  }));
  const column = <Name extends keyof (typeof rows)[number]>(name: Name) => rows.map((row) => row[name]);
  await session.run(sql`
    with locked as materialized (
      select pg_current_xact_id(), count(pg_advisory_xact_lock(lock)) from (
        select distinct hashtextextended(current_schema() || ':' || type || ':' || id, 1) as lock
        from unnest(${column('aggregatetype')}::text[], ${column('aggregateid')}::text[]) as aggregate (type, id)
        order by 1
      ) locks
    )
    insert into outbox (id, aggregatetype, aggregateid, type, payload, key, partition, headers, shard)
    select id, aggregatetype, aggregateid, type, payload, key, partition, headers,
      abs(hashtext(aggregatetype || ':' || aggregateid)::bigint) % ${RELAY_SHARDS}
    from unnest(
      ${column('id')}::uuid[], ${column('aggregatetype')}::text[], ${column('aggregateid')}::text[],
      ${column('type')}::text[], ${column('payload')}::bytea[], ${column('key')}::bytea[],
      ${column('partition')}::int[], ${column('headers')}::jsonb[]
    ) with ordinality
      as entry (id, aggregatetype, aggregateid, type, payload, key, partition, headers, position)
    cross join locked
    order by position`);
}
