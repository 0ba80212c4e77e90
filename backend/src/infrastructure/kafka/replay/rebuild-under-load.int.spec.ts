import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type ReplayService, replayService, TOTALS } from '@/testing/replay-service';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { unique } from '@/testing/unique';

const ACCOUNTS = Array.from({ length: 20 }, (_, nth) => `account-${nth}`);

describe('a rebuild while the live group works', () => {
  let database: TestDatabase;
  let service: ReplayService;
  const failingLive = new Set<string>();
  /** Where a rebuild waits until it is let through. */
  let gate: { before: string; reached: () => void; opened: Promise<void> } | undefined;
  const published = new Map<string, number[]>(ACCOUNTS.map((account) => [account, []]));

  beforeAll(async () => {
    database = await testDatabase();
    service = await replayService({
      name: unique('load').replaceAll('-', '_'),
      url: database.url,
      kafka: { engine: 'embedded' },
      onRun: async ({ account, nth }, replaying) => {
        const event = `${account} ${nth}`;
        if (!replaying && failingLive.has(event)) throw new TypeError('not now');
        if (replaying && gate?.before === event) {
          gate.reached();
          await gate.opened;
        }
      },
    });
  });
  afterAll(async () => {
    await service?.close();
    await database?.drop();
  });

  async function publish(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const events = ACCOUNTS.map((account) => {
        const numbers = published.get(account) ?? [];
        numbers.push(numbers.length + 1);
        return { account, nth: numbers.length };
      });
      await service.publish(events);
    }
  }
  const total = () => [...published.values()].reduce((sum, { length }) => sum + length, 0);
  const settled = () =>
    eventually(async () => (await service.handled()) === total(), {
      withinMs: 60_000,
      what: 'the live group',
    });
  const ended = (id: string) =>
    eventually(
      async () => {
        const replay = await service.replays.find(id);
        return replay && replay.state !== 'running' ? replay : undefined;
      },
      { withinMs: 60_000, what: 'the end of the rebuild' },
    );
  const rebuild = async () =>
    (await service.replays.begin({ topics: [service.topic], handlers: [TOTALS], mode: 'rebuild' }, 'ada')).id;

  it('loses nothing and doubles nothing, each key in order', { timeout: 180_000 }, async () => {
    await publish(20);
    await settled();
    for (let round = 0; round < 2; round++) {
      await service.database.run(sql`update totals set total = 0`);
      const id = await rebuild();
      await publish(40);
      expect(await ended(id)).toMatchObject({ state: 'completed', counts: { failed: 0, held: 0 } });
      await settled();
      expect(await service.steps()).toEqual(Object.fromEntries(published));
      const sums = [...published].map(([account, numbers]) => [account, numbers.reduce((a, b) => a + b, 0)]);
      expect(await service.totals()).toEqual(Object.fromEntries(sums));
    }
  });

  it('has what a lane ran while it was under way, in the order of the key', {
    timeout: 120_000,
  }, async () => {
    const next = (published.get('account-7')?.length ?? 0) + 1;
    failingLive.add(`account-7 ${next}`);
    await publish(3);
    await eventually(
      async () =>
        (await service.database.rows(sql`select 1 from parked`)).length === 3 &&
        (await service.handled()) === total() - 3,
      { withinMs: 60_000, what: 'three parked events' },
    );
    await eventually(async () => {
      const row = await service.database.row<{ reached: number }>(sql`
        select sum(reached)::int as reached from (
          select max(to_offset) as reached from segments where handler = ${TOTALS} group by partition
        ) each_partition`);
      return row?.reached === total();
    });
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    gate = { before: `account-8 ${next + 2}`, reached: reach, opened };
    const id = await rebuild();
    await reached;
    failingLive.clear();
    await service.database.run(sql`update parked set due_at = clock_timestamp() where state = 'waiting'`);
    await settled();
    open();
    expect(await ended(id)).toMatchObject({ state: 'completed', counts: { run: total() } });
    expect((await service.steps())['account-7']).toEqual(published.get('account-7'));
    expect(await service.steps()).toEqual(Object.fromEntries(published));
  });
});
