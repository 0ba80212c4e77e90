import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type Counted, type ReplayService, replayService, TOTALS } from '@/testing/replay-service';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import type { ReplayRequest } from './replay-request';

const kafka = testKafka();
const engines = [
  ['embedded', { engine: 'embedded' as const }],
  [
    'kafka',
    kafka && { engine: 'kafka' as const, brokers: kafka.brokers, schemaRegistryUrl: kafka.registryUrl },
  ],
] as const;

const ACCOUNTS = ['a', 'b', 'c', 'd', 'e'];
const events = (rounds: number, from = 1): Counted[] =>
  Array.from({ length: rounds }, (_, round) =>
    ACCOUNTS.map((account) => ({ account, nth: from + round })),
  ).flat();
const each = <T>(value: T) => Object.fromEntries(ACCOUNTS.map((account) => [account, value]));
const sumTo = (n: number) => (n * (n + 1)) / 2;

describe.for(engines)('replays on %s', ([, engine]) => {
  describe.skipIf(engine === null)('beside the live group', () => {
    let database: TestDatabase;
    let service: ReplayService;
    const failing = new Set<string>();

    const request = (changes: Partial<ReplayRequest> = {}): ReplayRequest => ({
      topics: [service.topic],
      handlers: [TOTALS],
      mode: 'fill',
      ...changes,
    });
    const ended = (id: string) =>
      eventually(
        async () => {
          const replay = await service.replays.find(id);
          return replay && !['running', 'interrupted'].includes(replay.state) ? replay : undefined;
        },
        { withinMs: 30_000, what: 'the end of the replay' },
      );
    const replayed = async (changes: Partial<ReplayRequest> = {}) =>
      ended((await service.replays.begin(request(changes), 'ada')).id);
    const caughtUp = (count: number, handler = TOTALS) =>
      eventually(
        async () => {
          const row = await service.database.row<{ reached: number }>(sql`
            select coalesce(sum(reached), 0)::int as reached from (
              select max(to_offset) as reached from segments
              where handler = ${handler} and topic = ${service.topic} group by partition
            ) each_partition`);
          return row?.reached === count;
        },
        { what: `${count} outcomes of ${handler}` },
      );
    const begun = (handler: string) =>
      eventually(
        async () =>
          (await service.database.rows(sql`select 1 from segments where handler = ${handler}`)).length === 2,
        { what: `the beginning of ${handler}` },
      );
    const liveGroup = async () => ({
      progress: await service.database.rows(
        sql`select partition, watermark, epoch from progress where topic = ${service.topic} order by partition`,
      ),
      members: (await service.runtime.transport.admin.describeGroup(service.runtime.settings.group)).members
        .length,
    });
    const inboxNames = async () =>
      (await service.database.rows<{ handler: string }>(sql`select distinct handler from inbox`)).map(
        ({ handler }) => handler,
      );
    const shadows = () =>
      service.database.rows(sql`select nspname from pg_namespace where nspname like '%replay%'`);

    beforeAll(async () => {
      database = await testDatabase();
      service = await replayService({
        name: unique('counts').replaceAll('-', '_'),
        url: database.url,
        kafka: engine ?? {},
        onRun: ({ account, nth }) => {
          if (failing.has(`${account}${nth}`)) throw new TypeError(`no ${nth}`);
        },
      });
      await service.publish(events(10));
      await caughtUp(50);
    });
    afterAll(async () => {
      await service?.close();
      await database?.drop();
    });

    describe('fill', () => {
      it('leaves out what has had its effect', async () => {
        const before = await liveGroup();
        const replay = await replayed();
        expect(replay).toMatchObject({
          state: 'completed',
          counts: { run: 0, leftOut: { handled: 50 }, failed: 0 },
          progress: { done: 50, total: 50 },
          startedBy: 'ada',
        });
        expect(await service.totals()).toEqual(each(sumTo(10)));
        expect(await liveGroup()).toEqual(before);
      });

      it('runs what has no outcome, once', async () => {
        const told = service.told.length;
        await service.database.run(sql`delete from steps where account = 'c'`);
        await service.database.run(sql`delete from totals where account = 'c'`);
        await service.database.run(sql`
          delete from inbox where handler = ${TOTALS} and ${await isOfAccount('c')}`);
        expect(await service.handled()).toBe(40);
        const replay = await replayed();
        expect(replay.counts).toMatchObject({ run: 10, leftOut: { handled: 40 }, failed: 0 });
        expect(await service.steps()).toEqual(each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
        expect(service.told.length).toBe(told + 10);
        expect((await replayed()).counts).toMatchObject({ run: 0, leftOut: { handled: 50 } });
      });

      it('gives a handler that began later what was before it', async () => {
        const seen: string[] = [];
        service.consumer.registerHandler(
          service.counted,
          ({ data }) => void seen.push(`${data.account}${data.nth}`),
          { name: 'late', from: 'now' },
        );
        await begun('late');
        await service.publish(events(1, 11));
        await eventually(() => seen.length === 5, { what: 'the live events' });
        await caughtUp(55);
        const replay = await replayed({ handlers: ['late'], to: { offset: 1_000n } });
        expect(replay.state).toBe('completed');
        expect(seen).toHaveLength(55);
        expect(new Set(seen).size).toBe(55);
        for (const account of ACCOUNTS) {
          const own = seen.filter((one) => one.startsWith(account)).slice(1);
          expect(own).toEqual(Array.from({ length: 10 }, (_, nth) => `${account}${nth + 1}`));
        }
        expect(replay.notes).toContainEqual(expect.stringContaining('the log ends at'));
      });

      it('replays no more than the range', async () => {
        const replay = await replayed({ from: { offset: 2n }, to: { offset: 5n }, partitions: [1] });
        expect(replay.partitions).toMatchObject([{ partition: 1, from: 2, to: 5, position: 5 }]);
        expect(replay.counts.leftOut).toEqual({ handled: 3 });
        const later = await replayed({ from: { time: Date.now() + 60_000 } });
        expect(later.progress).toEqual({ done: 0, total: 0 });
      });

      it('leaves dead letters to people', async () => {
        const before = await service.steps();
        const ofE = await isOfAccount('e');
        const places = await service.database.rows<{
          offset: string;
          partition: number;
          topic_id: string;
        }>(sql`
          delete from inbox where handler = ${TOTALS} and ${ofE} and "offset" <= (
            select "offset" from inbox where handler = ${TOTALS} and ${ofE} order by "offset" offset 3 limit 1)
          returning "offset", partition, topic_id`);
        expect(places).toHaveLength(4);
        const statuses = ['dead', 'skipped'];
        for (const [nth, { offset, partition, topic_id }] of places.entries()) {
          await service.database.run(sql`
            insert into dead_letters (id, group_id, handler, topic, topic_id, partition, "offset", headers,
              recorded_at, attempts, cause_code, cause_message, status)
            values (${randomUUID()}, ${service.runtime.settings.group}, ${TOTALS}, ${service.topic}, ${topic_id},
              ${partition}, ${offset}, '[]', clock_timestamp(), 1, 'X', 'x', ${statuses[nth % 2]})`);
        }
        const { counts } = await replayed();
        expect(counts).toMatchObject({
          run: 0,
          leftOut: { dead: Math.ceil(places.length / 2), decided: Math.floor(places.length / 2) },
        });
        await service.database.run(sql`delete from dead_letters`);
        await service.database.run(sql`delete from steps where account = 'e'`);
        await service.database.run(sql`delete from totals where account = 'e'`);
        await service.database.run(
          sql`delete from inbox where handler = ${TOTALS} and ${await isOfAccount('e')}`,
        );
        expect((await replayed()).counts.run).toBe(before['e']?.length);
        expect(await service.steps()).toEqual(before);
      });

      it('runs a handler with effects outside of SQL, with a key to know the event by', async () => {
        const calls: string[] = [];
        service.consumer.registerHandler(
          service.counted,
          async ({ data }, { idempotencyKey }) => {
            if (data.account === 'b' && data.nth === 1) throw new TypeError('no b');
            calls.push(idempotencyKey);
          },
          { name: 'caller', effects: 'external', from: 'now' },
        );
        await begun('caller');
        const first = await replayed({ handlers: ['caller'] });
        expect(first).toMatchObject({ state: 'incomplete', counts: { run: 44, failed: 1, held: 10 } });
        expect(new Set(calls).size).toBe(44);
        expect(await replayed({ handlers: ['caller'] })).toMatchObject({
          counts: { run: 0, leftOut: { handled: 44 }, failed: 1, held: 10 },
        });
        expect(calls).toHaveLength(44);
      });

      it('does not call outside for what somebody else has handled since it looked', async () => {
        const calls: string[] = [];
        let meanwhile: Promise<unknown> | undefined;
        service.consumer.registerHandler(
          service.counted,
          async (_, { idempotencyKey }) => {
            calls.push(idempotencyKey);
            meanwhile ??= service.database.run(sql`
              insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset", handled_at)
              select group_id, 'slow caller', event_identity, event_time, topic, topic_id, partition, "offset", handled_at
              from inbox where handler = ${TOTALS}`);
            await meanwhile;
          },
          { name: 'slow caller', effects: 'external', from: 'now' },
        );
        await begun('slow caller');
        expect(await replayed({ handlers: ['slow caller'] })).toMatchObject({ state: 'completed' });
        // One for each lane that is worked on at a time.
        expect(calls.length).toBeLessThanOrEqual(3);
      });

      it('does not call again for a key while a call that took too long goes on', async () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const calls: number[] = [];
        service.consumer.registerHandler(
          service.counted,
          async ({ data }) => {
            if (data.account !== 'b') return;
            calls.push(data.nth);
            await promise;
          },
          { name: 'hanging', effects: 'external', from: 'now', timeoutMs: 100 },
        );
        await begun('hanging');
        for (let time = 0; time < 2; time++) {
          const { counts, troubles } = await replayed({ handlers: ['hanging'] });
          expect(counts).toMatchObject({ failed: 1, held: 10 });
          expect(troubles).toContainEqual(
            expect.objectContaining({ kind: 'failed', code: 'HANDLER_TIMED_OUT' }),
          );
        }
        expect(calls).toEqual([1]);
        resolve();
        expect(await replayed({ handlers: ['hanging'] })).toMatchObject({ state: 'completed' });
        expect(calls).toEqual([1, ...Array.from({ length: 11 }, (_, nth) => nth + 1)]);
      });

      it('leaves parked events to their lanes', async () => {
        failing.add('b12');
        await service.publish(events(2, 12));
        await caughtUp(65);
        const parked = await service.database.rows(sql`select "offset" from parked order by "offset"`);
        expect(parked).toHaveLength(2);
        failing.clear();
        const replay = await replayed();
        expect(replay).toMatchObject({
          state: 'completed',
          counts: { run: 0, leftOut: { handled: 63, parked: 2 } },
        });
        expect((await service.steps())['b']?.at(-1)).toBe(11);
        await service.database.run(sql`update parked set due_at = clock_timestamp() where state = 'waiting'`);
        await eventually(async () => (await service.steps())['b']?.at(-1) === 13);
      });
    });

    describe('rebuild', () => {
      it('makes wrong rows right, beside live events and without a word to the world', async () => {
        const { told } = service;
        const before = { told: told.length, live: await liveGroup() };
        await service.database.run(sql`update totals set total = -1`);
        await service.database.run(sql`delete from steps where nth > 3`);
        const { id } = await service.replays.begin(request({ mode: 'rebuild' }), 'ada');
        await service.publish(events(3, 14));
        const replay = await ended(id);
        await caughtUp(80);
        await eventually(async () => (await service.totals())['e'] === sumTo(16));
        expect(replay).toMatchObject({ state: 'completed', counts: { failed: 0 } });
        // Of the live events those that were handled by the time of the exchange.
        expect(replay.counts.run).toBeGreaterThanOrEqual(65);
        expect(replay.counts.mutedCalls['mail.tell']).toBe(replay.counts.run);
        expect(Object.values(replay.counts.mutedEvents)).toEqual([replay.counts.run]);
        expect(await service.totals()).toEqual(each(sumTo(16)));
        expect(await service.steps()).toEqual(each(Array.from({ length: 16 }, (_, nth) => nth + 1)));
        // The fifteen live ones, and nobody a second time.
        expect(told.length).toBe(before.told + 15);
        expect((await liveGroup()).members).toBe(before.live.members);
        expect(await shadows()).toEqual([]);
        expect(await inboxNames()).not.toContainEqual(expect.stringContaining('@'));
      });

      it('keeps the old rows until the end, and for good when it is cancelled', async () => {
        const { id } = await service.replays.begin(request({ mode: 'rebuild', rate: 20 }), 'ada');
        await eventually(async () => ((await service.replays.find(id))?.counts.run ?? 0) > 0);
        expect(await service.totals()).toEqual(each(sumTo(16)));
        expect(await shadows()).toHaveLength(1);
        await expect(service.replays.begin(request({ mode: 'dry' }), 'ada')).rejects.toMatchObject({
          code: 'REPLAY_UNDER_WAY',
        });
        await service.replays.cancel(id, 'ada');
        expect((await ended(id)).state).toBe('cancelled');
        expect(await service.totals()).toEqual(each(sumTo(16)));
        expect(await shadows()).toEqual([]);
        expect(await inboxNames()).not.toContainEqual(expect.stringContaining('@'));
      });

      it('has what a person mended as it was mended', async () => {
        const before = (await service.steps())['a'];
        const mended = Buffer.from(JSON.stringify({ account: 'a', nth: 400 }));
        const place = await service.database.row<{ offset: string; partition: number; topic_id: string }>(sql`
          select "offset", partition, topic_id from inbox
          where handler = ${TOTALS} and ${await isOfAccount('a')} order by "offset" limit 1`);
        const letter = randomUUID();
        await service.database.run(sql`
          insert into dead_letters (id, group_id, handler, topic, topic_id, partition, "offset", headers, recorded_at,
            attempts, cause_code, cause_message, status, edited_value)
          values (${letter}, ${service.runtime.settings.group}, ${TOTALS}, ${service.topic}, ${place?.topic_id},
            ${place?.partition}, ${place?.offset}, '[]', clock_timestamp(), 1, 'X', 'x', 'edited', ${mended})`);
        expect(await replayed({ mode: 'rebuild' })).toMatchObject({ state: 'completed' });
        expect((await service.steps())['a']).toEqual([400, ...(before ?? []).slice(1)]);
        await service.database.run(sql`delete from dead_letters where id = ${letter}`);
        expect(await replayed({ mode: 'rebuild' })).toMatchObject({ state: 'completed' });
        expect((await service.steps())['a']).toEqual(before);
      });

      it('takes a new number where the old rows had given the last one', async () => {
        await service.publish(events(1, 17));
        await caughtUp(85);
        const ids = await service.database.row<{ distinct: number; rows: number }>(
          sql`select count(distinct id)::int as distinct, count(*)::int as rows from steps`,
        );
        expect(ids).toEqual({ distinct: 85, rows: 85 });
      });
    });

    describe('dry', () => {
      it('tells what it would change, and changes nothing', async () => {
        const before = {
          totals: await service.totals(),
          steps: await service.steps(),
          told: service.told.length,
        };
        const outbox = await service.database.row(sql`select count(*) from outbox`);
        const replay = await replayed({
          mode: 'dry',
          from: { offset: 0n },
          to: { offset: 10n },
          partitions: [0],
        });
        expect(replay).toMatchObject({
          state: 'completed',
          counts: { run: 10, failed: 0, mutedCalls: { 'mail.tell': 10 } },
          difference: {
            tables: {
              steps: { inserted: 10, updated: 0, deleted: 0 },
              totals: { inserted: 0, updated: 10, deleted: 0 },
            },
          },
        });
        expect(Object.values(replay.counts.mutedEvents)).toEqual([10]);
        expect(replay.difference?.events).toHaveLength(10);
        expect(await service.totals()).toEqual(before.totals);
        expect(await service.steps()).toEqual(before.steps);
        expect(service.told.length).toBe(before.told);
        expect(await service.database.row(sql`select count(*) from outbox`)).toEqual(outbox);
      });

      it('goes on after an event that fails, and says which one', async () => {
        failing.add('a1');
        const replay = await replayed({ mode: 'dry' });
        failing.clear();
        expect(replay).toMatchObject({ state: 'incomplete', counts: { run: 84, failed: 1, held: 0 } });
        expect(replay.troubles).toMatchObject([
          { kind: 'failed', handler: TOTALS, code: 'HANDLER_FAILED', message: 'no 1' },
        ]);
      });
    });

    describe('an event that fails in a rebuild', () => {
      it('holds its key back, and the old rows stay; resumed, it runs', async () => {
        failing.add('d5');
        const { id } = await service.replays.begin(request({ mode: 'rebuild' }), 'ada');
        const first = await ended(id);
        expect(first).toMatchObject({ state: 'incomplete', counts: { run: 72, failed: 1, held: 12 } });
        expect(first.troubles[0]).toMatchObject({ kind: 'failed', message: 'no 5' });
        expect(first.troubles.filter(({ kind }) => kind === 'held')).toHaveLength(12);
        expect(await service.totals()).toEqual(each(sumTo(17)));
        failing.clear();
        await service.database.run(sql`update totals set total = 0`);
        await service.replays.resume(id, 'ada');
        expect(await ended(id)).toMatchObject({
          state: 'completed',
          counts: { run: 85, failed: 0, held: 0 },
        });
        expect(await service.totals()).toEqual(each(sumTo(17)));
        expect(await service.steps()).toEqual(each(Array.from({ length: 17 }, (_, nth) => nth + 1)));
      });

      it('is the end of it, where it writes to a table that the handler does not name', async () => {
        const sly = async () => void (await service.unitOfWork.sql.run(sql`truncate elsewhere`));
        const reset = async () => undefined;
        service.consumer.registerHandler(service.counted, sly, {
          name: 'sly',
          effects: 'transaction',
          from: 'now',
          reset,
          rebuilds: ['notes'],
        });
        await begun('sly');
        await service.database.run(sql`insert into elsewhere values ('kept')`);
        expect(await replayed({ mode: 'rebuild', handlers: ['sly'] })).toMatchObject({
          state: 'failed',
          cause: {
            code: 'REPLAY_WRITE_OUTSIDE_REBUILD',
            message: expect.stringMatching(/sly writes to elsewhere/),
          },
        });
        expect(await service.database.rows(sql`select account from elsewhere`)).toEqual([
          { account: 'kept' },
        ]);
        expect(await shadows()).toEqual([]);
      });
    });

    it('refuses what could not be kept apart, by name', async () => {
      const nothing = async () => undefined;
      service.consumer.registerHandler(service.counted, nothing, { name: 'undeclared', from: 'now' });
      service.consumer.registerHandler(service.counted, nothing, {
        name: 'outside',
        effects: 'external',
        from: 'now',
      });
      const refusal = (changes: Partial<ReplayRequest>) =>
        service.replays.begin(request(changes), 'ada').then(
          () => undefined,
          ({ code, message }: { code: string; message: string }) => ({ code, message }),
        );
      for (const mode of ['dry', 'rebuild'] as const) {
        for (const name of ['undeclared', 'outside']) {
          expect(await refusal({ mode, handlers: [name] })).toEqual({
            code: 'REPLAY_EFFECTS_UNDECLARED',
            message: expect.stringContaining(`'${name}'`),
          });
        }
      }
      expect(await refusal({ handlers: ['nobody'] })).toMatchObject({ code: 'UNKNOWN_REPLAY_HANDLER' });
      expect(await refusal({ mode: 'rebuild', partitions: [0] })).toMatchObject({
        code: 'REPLAY_RANGE_REFUSED',
      });
      expect(await refusal({ mode: 'rebuild', to: { offset: 1n } })).toMatchObject({
        code: 'REPLAY_RANGE_REFUSED',
      });
    });

    /** The log as the witness of which offsets are an account's. */
    async function isOfAccount(account: string) {
      const places: { partition: number; offset: bigint }[] = [];
      for (const partition of [0, 1]) {
        const batch = await service.runtime.transport.read({
          from: { topic: service.topic, partition, offset: 0n },
          limit: 1_000,
          maxBytes: 10_000_000,
        });
        for (const { key, offset } of batch.records) {
          if (key?.toString() === account) places.push({ partition, offset });
        }
      }
      return sql`(partition, "offset") in (select * from unnest(
        ${places.map(({ partition }) => partition)}::int[], ${places.map(({ offset }) => offset)}::bigint[]))`;
    }
  });
});
