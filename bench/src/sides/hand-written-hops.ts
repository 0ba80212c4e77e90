import { randomUUIDv7 } from 'node:crypto';
import pg from 'pg';
import type { Measured } from '../harness/side.ts';
import { closedLoop, type ClosedLoopSettings } from '../shop/closed-loop.ts';
import { ServerStatements } from '../shop/server-statements.ts';
import type { DatabaseParams } from './parts/database-params.ts';

/** From the order to its completion: a request or a reply each. */
const HOPS = 9;
const CONNECTIONS = 8;
const TABLES = `
  create table inbox (event_id uuid primary key);
  create table state (order_id uuid primary key, hop int not null);
  create table outbox (id uuid primary key, order_id uuid not null, hop int not null, payload text not null);
`;
const PAYLOAD = 'x'.repeat(274);

/** Control: the commits of an order by hand. Each hop is one transaction with an inbox, a state and an outbox row. */
export async function run(params: DatabaseParams & ClosedLoopSettings): Promise<Measured> {
  const { parts, databaseUrl } = params;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS });
  await pool.query(TABLES);
  const server = await ServerStatements.open(parts.postgresUrl, databaseUrl);
  const { finished, ms, p50Ms, before, after } = await closedLoop(
    params,
    async () => {
      const orderId = randomUUIDv7();
      for (let hop = 1; hop <= HOPS; hop += 1) await step(pool, orderId, hop);
    },
    () => server.counts(),
  );
  await pool.end();
  await server.close();
  return {
    perSecond: (finished / ms) * 1_000,
    p50Ms,
    statements: (after.statements - before.statements) / finished,
    commits: (after.commits - before.commits) / finished,
  };
}

async function step(pool: pg.Pool, orderId: string, hop: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query({
      name: 'inbox',
      text: 'insert into inbox (event_id) values ($1)',
      values: [randomUUIDv7()],
    });
    await client.query({
      name: 'state',
      text: `insert into state (order_id, hop) values ($1, $2)
        on conflict (order_id) do update set hop = excluded.hop`,
      values: [orderId, hop],
    });
    await client.query({
      name: 'outbox',
      text: 'insert into outbox (id, order_id, hop, payload) values ($1, $2, $3, $4)',
      values: [randomUUIDv7(), orderId, hop, PAYLOAD],
    });
    await client.query('commit');
  } finally {
    client.release();
  }
}
