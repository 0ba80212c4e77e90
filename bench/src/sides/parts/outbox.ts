import { Kafka, logLevel } from 'kafkajs';
import type { Client } from 'pg';
import type { SideParams } from './side-params.ts';

/** As many bytes as an `order.created` of the shop in Avro, and the headers every event has. */
const VALUE = `decode(replace(repeat(gen_random_uuid()::text, 8), '-', ''), 'hex')`;
const HEADERS = JSON.stringify(
  ['ce_id', 'ce_source', 'ce_specversion', 'ce_type', 'ce_time', 'content-type', 'traceparent'].map(
    (name) => [name, '0198c0de-5a5a-7000-8000-000000000000'],
  ),
);

/** The columns that our module and the peer both have. */
export const PEER_TABLE = `
  create table outbox (
    seq bigint generated always as identity primary key, id uuid not null, aggregatetype text not null,
    aggregateid text not null, type text not null, payload bytea, key bytea, headers jsonb not null,
    shard int not null
  )`;

/** Committed at once, while nothing relays. */
export async function fillOutbox(client: Client, { topic, workload }: SideParams): Promise<void> {
  await client.query(
    `insert into outbox (id, aggregatetype, aggregateid, type, payload, key, headers, shard)
     select gen_random_uuid(), $1, 'k' || n % $2::int, 'bench.order.created', ${VALUE},
       convert_to('k' || n % $2::int, 'UTF8'), $3::jsonb, n % 16
     from generate_series(1, $4::int) as n`,
    [topic, workload.keys, HEADERS, workload.count],
  );
  await client.query('checkpoint');
}

/** Resolves when no row is left. */
export async function untilEmpty(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query('select exists(select from outbox) as waiting');
    if (!rows[0].waiting) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How many records the topic has got since it was made. */
export async function recordsIn({ parts, topic }: SideParams): Promise<number> {
  const kafka = new Kafka({ clientId: 'bench', brokers: [...parts.brokers], logLevel: logLevel.ERROR });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}
