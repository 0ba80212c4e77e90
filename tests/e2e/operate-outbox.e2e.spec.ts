import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve as pathOf } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedTransport } from '@/infrastructure/kafka/transport/embedded/embedded-transport';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { unique } from '@/testing/unique';
import { call } from '../support/customer';
import { Shop } from '../support/shop';
import { waysToRun } from '../support/ways-to-run';

interface Refused {
  readonly service: string;
  readonly seq: string;
  readonly eventId: string;
  readonly topic: string;
  readonly held: number;
  readonly cause: { readonly code: string };
}

interface Outboxes {
  readonly services: readonly {
    readonly service: string;
    readonly waiting: number;
    readonly refused: number;
    readonly ownerless: readonly number[];
  }[];
  readonly items: readonly Refused[];
}

const PATH = '/ops/api/outbox';
const SERVICE = 'payment';
const SCRIPT = pathOf(import.meta.dirname, '../../scripts/outbox.mjs');
const embedded = waysToRun.filter(({ engine }) => engine === 'embedded');

describe.for(embedded)('operators and rows that the log refuses: $name', ({ processes }) => {
  let server: TestDatabase;
  let database: Database;
  let log: EmbeddedTransport;
  let shop: Shop;

  beforeAll(async () => {
    server = await testDatabase();
    shop = await Shop.start({ databaseUrl: server.url, ...(processes ? { processes } : {}) });
    const settings = { url: server.url, maxConnections: 2, applicationName: 'spec' };
    database = new Database({ ...settings, schema: SERVICE });
    log = new EmbeddedTransport({ url: server.url });
    await log.open();
  });
  afterAll(async () => {
    await log?.close();
    await database?.close();
    await shop?.stop();
    await server?.drop();
  });

  /** Committed to the outbox of a service that runs; its relay finds them by itself. */
  async function commit(topic: string, key: string, ids: readonly string[]): Promise<void> {
    await database.run(sql`
      insert into outbox (id, aggregatetype, aggregateid, type, payload, key, headers, shard)
      select id, ${topic}::text, ${key}::text, 'payment.noted', ${Buffer.from('noted')}::bytea,
        ${Buffer.from(key)}::bytea, '[]'::jsonb, 3
      from unnest(${ids}::uuid[]) with ordinality as entry (id, position) order by position`);
  }
  const makeTopic = (topic: string) =>
    log.admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
  const outboxes = async () => (await call<Outboxes>(shop.url, 'GET', PATH)).body;
  const refusedOf = (topic: string) =>
    eventually(
      async () => (await outboxes()).items.find((row) => row.topic === topic && row.held === 1) ?? false,
      { what: `a refused row of ${topic}, with another one behind it` },
    );
  const inLog = async (topic: string) => {
    const { records } = await log.read({
      from: { topic, partition: 0, offset: 0n },
      limit: 10,
      maxBytes: 1_000_000,
    });
    return records.map(({ key }) => String(key));
  };
  const empty = () =>
    eventually(
      async () => {
        const state = (await outboxes()).services.find(({ service }) => service === SERVICE);
        return state?.waiting === 0 && state.refused === 0 && state.ownerless.length === 0;
      },
      { what: 'an empty outbox that is relayed' },
    );
  const command = (...args: string[]) =>
    new Promise<{ status: number; output: string }>((resolve) => {
      const env = { PATH: process.env['PATH'], OPS_URL: shop.url };
      execFile(process.execPath, [SCRIPT, ...args], { env }, (error, out, err) =>
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, output: out + err }),
      );
    });
  const audited = ({ seq }: Refused) =>
    eventually(
      async () => {
        const { body } = await call<{ items: { resource: string; actorId: string }[] }>(
          shop.url,
          'GET',
          '/ops/api/audit?eventType=audit.recorded',
        );
        const acts = body.items.filter(({ resource }) => resource === `outbox/${SERVICE}/${seq}`);
        return acts.length === 1 && acts[0]?.actorId;
      },
      { what: `one act on row ${seq} in the trail` },
    );

  it('by the routes: one is sent again before what waited behind it, one is set aside', async () => {
    const [later, never] = [unique('later'), unique('never')];
    const [first, second] = [randomUUID(), randomUUID()];
    await commit(later, 'k-1', [first, second]);
    const row = await refusedOf(later);
    expect(row).toMatchObject({ service: SERVICE, eventId: first, cause: { code: 'UNKNOWN_TOPIC' } });
    const act = (one: Refused, kind: string, body: object = {}) =>
      call<{ code?: string }>(shop.url, 'POST', `${PATH}/${SERVICE}/${one.seq}/${kind}`, body, {
        'x-operator': 'ada',
      });

    await makeTopic(later);
    expect(await inLog(later)).toEqual([]);
    expect((await act(row, 'retry')).status).toBe(200);
    await empty();
    expect(await inLog(later)).toEqual(['k-1', 'k-1']);
    expect(await act(row, 'retry')).toMatchObject({ status: 404, body: { code: 'OUTBOX_ROW_NOT_REFUSED' } });
    expect(await audited(row)).toBe('ada');

    await commit(never, 'k-2', [randomUUID(), randomUUID()]);
    const useless = await refusedOf(never);
    await makeTopic(never);
    expect((await act(useless, 'set-aside', { reason: 'Nobody reads it.' })).status).toBe(200);
    await empty();
    expect(await inLog(never)).toEqual(['k-2']);
    expect(await audited(useless)).toBe('ada');
  });

  it('by the command', async () => {
    const [later, never] = [unique('later'), unique('never')];
    await commit(later, 'k-1', [randomUUID(), randomUUID()]);
    await commit(never, 'k-2', [randomUUID(), randomUUID()]);
    const [row, useless] = [await refusedOf(later), await refusedOf(never)];
    const { status, output } = await command('list', '--service', SERVICE);
    expect(status).toBe(0);
    for (const one of [row, useless]) {
      const line = output.split('\n').find((text) => text.includes(one.eventId));
      expect(line).toMatch(new RegExp(`^${SERVICE} +${one.seq} .*UNKNOWN_TOPIC`));
    }
    expect(output).toContain('(16 shards)');
    expect(output).toContain('2 refused rows shown');

    for (const topic of [later, never]) await makeTopic(topic);
    expect(await command('retry', SERVICE, row.seq)).toEqual({
      status: 0,
      output: `${SERVICE} ${row.seq}: payment.noted ${row.eventId} goes to the log again\n`,
    });
    expect((await command('set-aside', SERVICE, useless.seq)).status).toBe(2);
    expect(await command('set-aside', SERVICE, useless.seq, '--reason', 'Nobody reads it.')).toEqual({
      status: 0,
      output: `${SERVICE} ${useless.seq}: payment.noted ${useless.eventId} was set aside\n`,
    });
    await empty();
    expect([await inLog(later), await inLog(never)]).toEqual([['k-1', 'k-1'], ['k-2']]);
    expect(await command('retry', SERVICE, useless.seq)).toMatchObject({
      status: 1,
      output: expect.stringContaining('OUTBOX_ROW_NOT_REFUSED'),
    });
    for (const one of [row, useless]) expect(await audited(one)).not.toBe('');
  });
});
