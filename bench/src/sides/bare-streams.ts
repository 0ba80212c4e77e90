import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import type { Measured } from '../harness/side.ts';
import { batchesOf, eventsOf, type StreamsParams } from './parts/order-streams.ts';
import { connected } from './parts/postgres.ts';

export interface BareParams extends StreamsParams {
  /** Without it rows are only put there, and read in the order in which they lie. */
  readonly key: boolean;
}

/** The same rows by plain statements: nobody's version is looked at, and nothing is made of what is read. */
export async function run(params: BareParams): Promise<Measured> {
  const client = await connected(params as unknown as Parameters<typeof connected>[0]);
  await client.query(`
    create table events (
      stream_id text not null, version integer not null, type text not null, schema_version integer not null,
      data json not null, at timestamptz not null${params.key ? ', primary key (stream_id, version)' : ''}
    )`);
  const appended = await measured(params, () => insert(client, params));
  if (params.part === 'append') return appended;
  await client.query('analyze events');
  return measured(params, () => (params.key ? readPages(client, params) : readAll(client, params)));
}

async function insert(client: pg.Client, params: StreamsParams): Promise<void> {
  for (const batch of batchesOf(params)) {
    const at = new Date().toISOString();
    await client.query({
      name: 'insert',
      text: `insert into events (stream_id, version, type, schema_version, data, at)
        select * from unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::json[], $6::timestamptz[])`,
      values: [
        batch.map(({ id }) => id),
        batch.map(({ version }) => version),
        batch.map(({ event }) => event.type),
        batch.map(() => 1),
        batch.map(({ event }) => JSON.stringify(event.data)),
        batch.map(() => at),
      ],
    });
  }
}

/** As many rows at once as a rebuild takes. */
async function readPages(client: pg.Client, params: StreamsParams): Promise<void> {
  const limit = params.together * (eventsOf(params) / params.orders);
  let after: readonly [string, number] = ['', 0];
  let read = 0;
  for (;;) {
    const { rows } = await client.query({
      name: 'read',
      text: `select stream_id, version, type, schema_version, data, at from events
        where (stream_id, version) > ($1, $2) order by stream_id, version limit $3`,
      values: [...after, limit],
    });
    read += rows.length;
    const last = rows.at(-1);
    if (!last) break;
    after = [last.stream_id, last.version];
  }
  if (read !== eventsOf(params)) throw new Error(`${read} events were read.`);
}

async function readAll(client: pg.Client, params: StreamsParams): Promise<void> {
  const { rows } = await client.query('select count(*)::int as count, sum(length(data::text)) from events');
  if (rows[0].count !== eventsOf(params)) throw new Error(`${rows[0].count} events were read.`);
}

async function measured(params: StreamsParams, work: () => Promise<void>): Promise<Measured> {
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  return { ms, perSecond: (eventsOf(params) / ms) * 1_000 };
}
