import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { bundleForChild } from '@/testing/bundle-for-child';
import { eventually } from '@/testing/eventually';
import { type Counted, type ReplayService, replayService, TOTALS } from '@/testing/replay-service';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import type { ReplayMode } from './replay';

const PROGRAM = fileURLToPath(new URL('../../../testing/replay.child.ts', import.meta.url));
const kafka = testKafka();
const engines = [
  ['embedded', { engine: 'embedded' as const }],
  [
    'kafka',
    kafka && { engine: 'kafka' as const, brokers: kafka.brokers, schemaRegistryUrl: kafka.registryUrl },
  ],
] as const;

const ACCOUNTS = ['a', 'b', 'c', 'd'];
const ROUNDS = 300;
const numbers = Array.from({ length: ROUNDS }, (_, nth) => nth + 1);
const events: Counted[] = numbers.flatMap((nth) => ACCOUNTS.map((account) => ({ account, nth })));
const right = Object.fromEntries(ACCOUNTS.map((account) => [account, numbers]));

describe.for(engines)('a process killed in the middle of a replay on %s', ([, engine]) => {
  describe.skipIf(engine === null)('in mode', () => {
    let database: TestDatabase;
    const name = unique('kills').replaceAll('-', '_');
    const start = () => replayService({ name, url: database.url, kafka: engine ?? {} });

    /** Whatever the child leaves behind, another process finds it. At most three hundred runs are not committed then. */
    async function killedAfter(mode: ReplayMode, runs: number): Promise<void> {
      const wishes = { name, url: database.url, kafka: engine, mode, stopAt: runs };
      const child = fork(await bundleForChild(PROGRAM), [JSON.stringify(wishes)], { stdio: 'ignore' });
      const [message] = await once(child, 'message');
      expect(message).toBe('there');
      child.kill('SIGKILL');
      await once(child, 'exit');
    }

    const interrupted = (service: ReplayService) =>
      eventually(async () => (await service.replays.list(10)).find(({ state }) => state === 'interrupted'), {
        what: 'the replay to be known as interrupted',
      });
    const ended = (service: ReplayService, id: string) =>
      eventually(
        async () => {
          const replay = await service.replays.find(id);
          return replay && !['running', 'interrupted'].includes(replay.state) ? replay : undefined;
        },
        { withinMs: 60_000, what: 'the end of the replay' },
      );
    const withService = async (work: (service: ReplayService) => Promise<void>) => {
      const service = await start();
      try {
        await work(service);
      } finally {
        await service.close();
      }
    };

    beforeAll(async () => {
      database = await testDatabase();
      await withService(async (service) => {
        await service.publish(events);
        await eventually(async () => (await service.handled()) === events.length, {
          withinMs: 60_000,
          what: 'the live group',
        });
      });
    });
    afterAll(() => database?.drop());

    it('rebuild leaves the old rows, and resumed it runs nothing twice', async () => {
      await withService(async (service) => {
        await service.database.run(sql`delete from steps where nth > 200`);
        await service.database.run(sql`update totals set total = 7`);
      });
      await killedAfter('rebuild', 850);
      await withService(async (service) => {
        const { id, progress, counts } = await interrupted(service);
        // In the middle of a page: some of what was run is not yet counted.
        expect(await service.handled(`${TOTALS}@${id}`)).toBeGreaterThan(counts.run);
        expect(progress.done).toBeGreaterThan(0);
        expect(progress.done).toBeLessThan(events.length);
        expect(await service.totals()).toEqual(Object.fromEntries(ACCOUNTS.map((account) => [account, 7])));
        await expect(
          service.replays.begin({ topics: [service.topic], handlers: [TOTALS], mode: 'fill' }, 'bob'),
        ).rejects.toMatchObject({ code: 'REPLAY_UNDER_WAY' });
        await service.replays.resume(id, 'bob');
        const replay = await ended(service, id);
        expect(replay).toMatchObject({ state: 'completed', counts: { run: events.length, failed: 0 } });
        expect(await service.steps()).toEqual(right);
      });
    });

    it('fill is resumed, with each effect once', async () => {
      await withService(async (service) => {
        for (const table of ['steps', 'totals', 'inbox']) {
          await service.database.run(sql`delete from ${sql.id(table)}`);
        }
      });
      await killedAfter('fill', 850);
      await withService(async (service) => {
        const { id, counts } = await interrupted(service);
        const before = await service.handled();
        expect(before).toBeGreaterThan(counts.run);
        expect(before).toBeLessThan(events.length);
        await service.replays.resume(id, 'bob');
        const replay = await ended(service, id);
        expect(replay).toMatchObject({
          state: 'completed',
          counts: { run: events.length, leftOut: {}, failed: 0 },
        });
        expect(await service.steps()).toEqual(right);
        expect(await service.handled()).toBe(events.length);
      });
    });

    it('rebuild can be cancelled by another process, and leaves nothing behind', async () => {
      await killedAfter('rebuild', 100);
      await withService(async (service) => {
        const { id } = await interrupted(service);
        expect(await service.replays.cancel(id, 'bob')).toMatchObject({ state: 'cancelled' });
        expect(await service.steps()).toEqual(right);
        expect(await service.handled(`${TOTALS}@${id}`)).toBe(0);
        expect(
          await service.database.rows(sql`select 1 from pg_namespace where nspname like '%replay%'`),
        ).toEqual([]);
      });
    });

    it('is not run by two processes', async () => {
      await withService(async (one) => {
        await withService(async (other) => {
          const request = { topics: [one.topic], handlers: [TOTALS], mode: 'dry', rate: 200 } as const;
          const { id } = await one.replays.begin(request, 'ada');
          expect((await other.replays.find(id))?.state).toBe('running');
          await expect(other.replays.resume(id, 'bob')).rejects.toMatchObject({ code: 'REPLAY_STATE' });
          await other.replays.cancel(id, 'bob');
          expect((await ended(one, id)).state).toBe('cancelled');
        });
      });
    });
  });
});
