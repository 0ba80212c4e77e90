import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { RawFact } from './raw-fact';

/**
 * What the scan leaves, as temporary tables of the checking session: they lie on the server's disk, so that memory does
 * not grow with the log. `raw` has a row per record, `raw_bounds` what was read of each partition.
 */
export async function createRawTables(session: SqlSession): Promise<void> {
  await session.run(sql`
    create temp table raw (
      topic text not null, partition int not null, "offset" bigint not null, at bigint not null,
      event_type text, source text, event_id text, identity text, key text, causation text,
      order_id text, digest text not null, detail jsonb
    )`);
  await session.run(sql`
    create temp table raw_bounds (
      topic text not null, topic_id text not null, partition int not null,
      from_offset bigint not null, to_offset bigint not null
    )`);
  await session.run(sql`
    create temp table raw_ledger (
      order_id text primary key, captured bigint not null, refunded bigint not null,
      captures int not null, refunds int not null
    )`);
}

/** Before the checks read them. */
export async function indexRawTables(session: SqlSession): Promise<void> {
  await session.run(sql`create index on raw (topic, partition, "offset")`);
  await session.run(sql`create index on raw (identity)`);
  await session.run(sql`create index on raw (event_id)`);
  await session.run(sql`create index on raw (order_id) where order_id is not null`);
  await session.run(sql`analyze raw`);
}

export async function insertRaw(session: SqlSession, facts: readonly RawFact[]): Promise<void> {
  const of = <Name extends keyof RawFact>(name: Name) => facts.map((fact) => fact[name]);
  await session.run(sql`
    insert into raw (topic, partition, "offset", at, event_type, source, event_id, identity, key, causation, order_id,
      digest, detail)
    select topic, partition, "offset", at, event_type, source, event_id, identity, key, causation, order_id, digest,
      detail::jsonb
    from unnest(${of('topic')}::text[], ${of('partition')}::int[], ${of('offset').map(String)}::bigint[],
      ${of('at')}::bigint[], ${of('eventType')}::text[], ${of('source')}::text[], ${of('eventId')}::text[],
      ${of('identity')}::text[], ${of('key')}::text[], ${of('causation')}::text[], ${of('orderId')}::text[],
      ${of('digest')}::text[], ${of('detail').map((detail) => detail && JSON.stringify(detail))}::text[])
      as fact (topic, partition, "offset", at, event_type, source, event_id, identity, key, causation, order_id,
        digest, detail)`);
}
