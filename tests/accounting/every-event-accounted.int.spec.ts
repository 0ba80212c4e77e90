import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { defineEvent } from '@shop/contracts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '@/infrastructure/kafka/accounting/account';
import { accountingOf } from '@/infrastructure/kafka/accounting/accounting';
import { deadLettersOf } from '@/infrastructure/kafka/dead-letters/dead-letters-of';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import { KafkaModule } from '@/infrastructure/kafka/kafka.module';
import type { KafkaModuleOptions } from '@/infrastructure/kafka/kafka.options';
import { openTransport } from '@/infrastructure/kafka/open-transport';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import { loggerOf } from '@/infrastructure/observability/logger';
import { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import {
  foreignEmbeddedLog,
  foreignKafkaLog,
  type ForeignLog,
  type ScannedRecord,
} from '../support/foreign-log';

interface Item {
  readonly key: string;
  readonly nth: number;
}

const EVENTS = 500;
const KEYS = 40;
/** Its handler says at once that no run will help. */
const HOPELESS = 13;

const kafka = testKafka();
const engines: [string, Partial<KafkaModuleOptions> | null][] = [
  ['embedded', { engine: 'embedded' }],
  ['kafka', kafka && { engine: 'kafka', brokers: kafka.brokers, schemaRegistryUrl: kafka.registryUrl }],
];

describe.for(engines)('every event is accounted for, on %s', ([, engine]) => {
  describe.skipIf(engine === null)('whatever became of it', () => {
    const topic = unique('items');
    const service = unique('accounted').replaceAll('-', '_');
    const typeOf = (kind: string) =>
      defineEvent<Item>()({
        eventType: `item.${kind}`,
        topic,
        key: ({ key }) => key,
        schema: { kind: 'json-schema', schema: { type: 'object', required: ['key', 'nth'] } },
      });
    const made = typeOf('made');
    const moved = typeOf('moved');
    const sold = typeOf('sold');
    const seen = typeOf('seen');
    const kinds = [made, moved, sold, seen] as const;
    const takenBy: Readonly<Record<string, readonly string[]>> = {
      ship: ['item.made', 'item.sold'],
      bill: ['item.moved', 'item.sold'],
      mail: ['item.sold'],
      strict: ['item.made'],
    };

    let database: TestDatabase;
    let foreign: ForeignLog;
    let app: Awaited<ReturnType<typeof start>>;

    async function start() {
      const options: KafkaModuleOptions = {
        ...engine,
        service,
        events: kinds,
        topics: [{ topic, numPartitions: 3, replicationFactor: engine?.engine === 'kafka' ? 3 : 1 }],
        database: {
          url: database.url,
          migrations: { 'test-0001': 'create table effects (handler text, nth int)' },
        },
      };
      @Module({ imports: [KafkaModule.forRoot(options)] })
      class Application {}
      const context = await NestFactory.createApplicationContext(Application, {
        abortOnError: false,
        logger: false,
      });
      register(context.get(EventConsumerService, { strict: false }));
      return context;
    }

    function register(consumer: EventConsumerService) {
      const failedOnce = new Set<number>();
      const effect = (handler: string, nth: number) =>
        parts().unitOfWork.sql.run(sql`insert into effects values (${handler}, ${nth})`);
      const retry = { attempts: 5, firstDelayMs: 5, longestDelayMs: 40 };
      for (const event of [made, sold]) {
        consumer.registerHandler(event, async ({ data }) => void (await effect('ship', data.nth)), {
          name: 'ship',
        });
      }
      for (const event of [moved, sold]) {
        consumer.registerHandler(
          event,
          async ({ data }) => {
            if (data.nth % 7 === 0 && !failedOnce.has(data.nth)) {
              failedOnce.add(data.nth);
              throw new Error('not yet');
            }
            await effect('bill', data.nth);
          },
          { name: 'bill', retry },
        );
      }
      consumer.registerHandler(sold, async () => undefined, { name: 'mail', effects: 'external' });
      consumer.registerHandler(
        made,
        async ({ data }) => {
          if (data.nth % HOPELESS === 0) throw new TypeError('hopeless');
        },
        { name: 'strict', onDead: 'wait', retry: { fatal: [TypeError] } },
      );
    }

    const runtime = () => app.get(KafkaRuntime, { strict: false });
    const parts = () => {
      const { stateful } = runtime();
      if (!stateful) throw new Error('no database');
      return stateful;
    };
    const pool = () => parts().database;
    const read = () => accountingOf(runtime()).accounts({ topic });
    const scan = (): Promise<readonly ScannedRecord[]> => foreign.scan(topic);

    /** Fails at the first reading that does not add up. */
    async function balanced(): Promise<readonly Account[]> {
      const accounts = await read();
      for (const { handler, remainder, gaps, conflicts } of accounts) {
        expect({ handler, remainder, gaps, conflicts }).toEqual({
          handler,
          remainder: 0,
          gaps: [],
          conflicts: [],
        });
      }
      return accounts;
    }

    async function publish() {
      const { publisher, transport } = runtime();
      for (let nth = 0; nth < EVENTS; nth += 10) {
        await parts().unitOfWork.run(async () => {
          for (let one = nth; one < nth + 10; one++) {
            await publisher.publish(kinds[one % kinds.length] ?? made, {
              key: `key-${one % KEYS}`,
              nth: one,
            });
          }
        });
        if (nth % 50 === 0) await repeatLatest(transport);
      }
      const garbage = { topic, key: Buffer.from('garbage'), value: Buffer.from('no event') };
      await transport.append([{ ...garbage, headers: [['ce_type', Buffer.from('item.sold')]] }]);
    }

    /** As a relay does that died after it sent its rows, and before it deleted them. */
    async function repeatLatest(transport: EventTransport) {
      for (const { partition, start, end } of await transport.admin.offsets([topic])) {
        if (end === start) continue;
        const from = { topic, partition, offset: end - start > 3n ? end - 3n : start };
        const { records } = await transport.read({ from, limit: 3, maxBytes: 1_000_000 });
        await transport.append(records.map(({ key, value, headers }) => ({ topic, key, value, headers })));
      }
    }

    beforeAll(async () => {
      database = await testDatabase();
      const onKafka = kafka !== null && engine?.engine === 'kafka';
      foreign = onKafka ? await foreignKafkaLog(kafka) : foreignEmbeddedLog(database.url);
      app = await start();
    });

    afterAll(async () => {
      await app?.close();
      await database?.drop();
    });

    it('adds up at any moment while events run, fail, wait and die', async () => {
      let publishing = true;
      const published = publish().finally(() => {
        publishing = false;
      });
      let readings = 0;
      const accounts = await eventually(
        async () => {
          const now = await balanced();
          readings += 1;
          const busy = now.some(
            ({ waiting, retrying, handler }) => waiting > 0 || (handler === 'bill' && retrying > 0),
          );
          return !publishing && now.length === 4 && !busy && now;
        },
        { withinMs: 50_000, what: 'the end of all runs' },
      );
      await published;
      expect(readings).toBeGreaterThan(5);
      const records = await scan();
      expect(records.length).toBeGreaterThan(EVENTS);
      for (const { handler, produced, handled, ignored, retrying, dead, ...rest } of accounts) {
        const taken = records.filter(({ type }) => takenBy[handler]?.includes(type)).length;
        expect({ handler, produced, ignored, taken: handled + retrying + dead }).toEqual({
          handler,
          produced: records.length,
          ignored: records.length - taken,
          taken,
        });
        expect(rest).toMatchObject({ skipped: 0, expired: 0, void: 0, waiting: 0, remainder: 0 });
      }
      // What was to go wrong has gone wrong.
      const strict = accounts.find(({ handler }) => handler === 'strict');
      expect(strict?.dead).toBeGreaterThan(0);
      expect(strict?.retrying).toBeGreaterThan(0);
      expect(accounts.find(({ handler }) => handler === 'mail')?.dead).toBe(1);
      expect(await pool().rows(sql`select 1 from repeats`)).not.toEqual([]);
    });

    it('agrees with the raw log', async () => {
      expect(await accountingOf(runtime()).audit({ filter: { topic } })).toMatchObject({
        records: (await scan()).length,
        findings: [],
        interrupted: false,
      });
    });

    /** The accounts that do not add up, as they are, and what the witness says of their offsets. */
    async function faults() {
      const [accounts, records] = [await read(), await scan()];
      return accounts
        .filter(({ remainder }) => remainder !== 0)
        .map(({ handler, remainder, gaps, conflicts }) => ({
          handler,
          remainder,
          gaps,
          conflicts,
          types: records
            .filter(({ partition, offset }) =>
              gaps.some((gap) => gap.partition === partition && gap.from <= offset && offset < gap.to),
            )
            .map(({ type }) => type),
        }));
    }

    it.for([
      ['inbox', ['ship'], sql`handler = 'ship'`],
      // Nothing of an event runs before its turn has come, so all that take it have lost it.
      ['parked', ['ship', 'strict'], sql`state = 'behind'`],
    ] as const)('shows the offset of a row deleted from %s', async ([table, handlers, which]) => {
      const rows = sql.id(table);
      await pool().run(
        sql`create table lost as select * from ${rows} where ${which} order by "offset" desc limit 1`,
      );
      const lost = await pool().row<{ partition: number; offset: string }>(sql`select * from lost`);
      await pool().run(sql`
        delete from ${rows} using lost where ${rows}.partition = lost.partition
          and ${rows}."offset" = lost."offset" and ${table === 'inbox' ? sql`inbox.handler = 'ship'` : sql`true`}`);
      const gap = {
        partition: lost?.partition ?? -1,
        from: Number(lost?.offset),
        to: Number(lost?.offset) + 1,
      };
      const witness = (await scan()).find(
        ({ partition, offset }) => partition === gap.partition && offset === gap.from,
      );
      for (const handler of handlers) expect(takenBy[handler]).toContain(witness?.type);
      expect(await faults()).toEqual(
        handlers.map((handler) => ({
          handler,
          remainder: 1,
          gaps: [gap],
          conflicts: [],
          types: [witness?.type],
        })),
      );
      const { findings } = await accountingOf(runtime()).audit({ filter: { topic } });
      const found = findings.filter(({ fault }) => fault === 'no-outcome');
      expect(found.toSorted((a, b) => (a.handler < b.handler ? -1 : 1))).toMatchObject(
        handlers.map((handler) => ({ handler, ...gap, eventType: witness?.type })),
      );
      await pool().run(sql`insert into ${rows} select * from lost`);
      await pool().run(sql`drop table lost`);
      await balanced();
    });

    it('adds up while a person decides about what is dead', async () => {
      const letters = deadLettersOf(runtime());
      const dead = async () => (await letters.list({ status: 'dead' }, 50)).items;
      const acts = [{ kind: 'retry' }, { kind: 'skip' }, { kind: 'discard', reason: 'spec' }] as const;
      const before = await dead();
      expect(before.length).toBeGreaterThan(2);
      for (const [nth, { id }] of before.entries()) {
        await letters.act(id, acts[nth % acts.length] ?? { kind: 'skip' }, 'spec');
        await balanced();
      }
      // What was tried again dies again, and what was behind it may be as hopeless.
      await eventually(
        async () => {
          for (const { id } of await dead()) await letters.act(id, { kind: 'skip' }, 'spec');
          const accounts = await balanced();
          return accounts.every(({ dead, retrying }) => dead === 0 && retrying === 0);
        },
        { withinMs: 30_000, what: 'the end of all that was dead' },
      );
      const skipped = (await balanced()).find(({ handler }) => handler === 'strict')?.skipped ?? 0;
      expect(skipped).toBeGreaterThan(0);
    });

    it('shows the events that a progress segment was moved over', async () => {
      const moved = await whileStopped(async (log, tables) => {
        const end = await endOf(log, 0);
        const missed = (nth: number) => ({
          topic,
          partition: 0,
          key: Buffer.from('missed'),
          value: Buffer.from(JSON.stringify({ key: 'missed', nth })),
          headers: headersOf('item.made', `missed-${nth}`),
        });
        await log.append([1, 2, 3].map(missed));
        await forward(tables, 'ship', 0, 2);
        return end;
      });
      await caughtUp();
      expect(await faults()).toEqual([
        {
          handler: 'ship',
          remainder: 2,
          gaps: [{ partition: 0, from: moved, to: moved + 2 }],
          conflicts: [],
          types: ['item.made', 'item.made'],
        },
      ]);
    });

    it('shows a record that was put in behind the back of the group', async () => {
      const key = 'key-1';
      const partition = await partitionOf(key);
      const put = await whileStopped(async (log, tables) => {
        const end = await endOf(log, partition);
        await forward(tables, 'mail', partition, 1);
        const headers = { ce_type: 'item.sold', ce_id: 'foreign-1', ce_source: '/foreign', ...JSON_CONTENT };
        await foreign.put({ topic, partition, key, headers, value: JSON.stringify({ key, nth: 1 }) });
        return end;
      });
      await caughtUp();
      expect((await faults()).filter(({ handler }) => handler === 'mail')).toEqual([
        {
          handler: 'mail',
          remainder: 1,
          gaps: [{ partition, from: put, to: put + 1 }],
          conflicts: [],
          types: ['item.sold'],
        },
      ]);
    });

    /** The application ends, its tables and its topic are changed without it, and it starts again. */
    async function whileStopped<T>(
      change: (log: EventTransport, tables: pg.Client) => Promise<T>,
    ): Promise<T> {
      const { settings } = runtime();
      await app.close();
      const log = await openTransport(settings, loggerOf('spec'));
      const tables = new pg.Client({ connectionString: database.url, options: `-c search_path=${service}` });
      await tables.connect();
      try {
        return await change(log, tables);
      } finally {
        await tables.end();
        await log.close();
        app = await start();
      }
    }

    async function partitionOf(key: string): Promise<number> {
      const { transport } = runtime();
      const [place] = await transport.append([
        { topic, key: Buffer.from(key), value: null, headers: headersOf('item.seen', 'place') },
      ]);
      if (!place) throw new Error('no place');
      await caughtUp();
      return place.partition;
    }

    async function endOf(log: EventTransport, partition: number): Promise<number> {
      const offsets = await log.admin.offsets([topic]);
      return Number(offsets.find((one) => one.partition === partition)?.end);
    }

    /** As if the handler had seen so many offsets more, all of a type that it takes. */
    async function forward(
      tables: pg.Client,
      handler: string,
      partition: number,
      offsets: number,
    ): Promise<void> {
      const { rowCount } = await tables.query(
        `update segments set to_offset = to_offset + $3, codes = codes || 0::smallint, runs = runs || $3::bigint
         where handler = $1 and partition = $2 and topic = $4 and to_offset = (
           select max(to_offset) from segments where handler = $1 and partition = $2 and topic = $4)`,
        [handler, partition, offsets, topic],
      );
      expect(rowCount).toBe(1);
    }

    const caughtUp = () =>
      eventually(async () => {
        const accounts = await read();
        return accounts.length === 4 && accounts.every(({ waiting }) => waiting === 0);
      });
  });
});

const JSON_CONTENT = { 'content-type': 'application/json' };

const headersOf = (type: string, id: string) =>
  Object.entries({ ce_type: type, ce_id: id, ce_source: '/spec', ...JSON_CONTENT }).map(
    ([name, text]) => [name, Buffer.from(text)] as const,
  );
