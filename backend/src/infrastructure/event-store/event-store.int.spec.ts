import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { EventStore, newStream } from './event-store';
import { eventStoreMigrations } from './event-store.migrations';
import type { StreamDefinition } from './stream-event';

type Counted = { readonly type: 'counted'; readonly data: { readonly by: number } };

const counter = (stateVersion = 1): StreamDefinition<number, Counted> => ({
  upcasters: { counted: [({ amount }: { amount: number }) => ({ by: amount })] },
  evolve: (sum = 0, { data }) => sum + data.by,
  stateVersion,
});
const AT = '2026-01-01T00:00:00.000Z';
const counted = (by: number): Counted => ({ type: 'counted', data: { by } });

describe('an event store', () => {
  let state: ServiceState;
  let statements = 0;
  let unitOfWork: UnitOfWork;

  beforeAll(async () => {
    state = await serviceState('order', eventStoreMigrations);
    const database: Pick<Database, 'transaction'> = {
      transaction: (work, options) =>
        state.database.transaction((session) => {
          const count =
            <Result>(run: (query: never) => Promise<Result>) =>
            (query: never) => {
              statements += 1;
              return run.call(session, query);
            };
          const counting: SqlSession = {
            rows: count(session.rows),
            row: count(session.row),
            run: count(session.run),
          } as never;
          return work(counting as never);
        }, options),
    };
    unitOfWork = new UnitOfWork(database);
  });
  afterAll(() => state.close());

  const store = (snapshotEvery = 3, stateVersion = 1) =>
    new EventStore(unitOfWork, { definition: counter(stateVersion), snapshotEvery });
  const stateOf = (id: string, of = store()) => unitOfWork.run(async () => (await of.load(id))?.state);
  async function add(id: string, ...amounts: readonly number[]): Promise<number> {
    const streams = store();
    return unitOfWork.run(async () => {
      const stream = (await streams.load(id)) ?? newStream<number>(id);
      const [appended] = await streams.append([{ stream, events: amounts.map(counted) }], AT);
      return appended?.version ?? 0;
    });
  }

  it('appends in one statement and reads in one; a transaction reads a stream once', async () => {
    const id = randomUUID();
    await add(id, 1, 2);
    const streams = store();
    statements = 0;
    await unitOfWork.run(async () => {
      const stream = await streams.load(id);
      if (!stream) throw new Error('The stream is not there.');
      await streams.append([{ stream, events: [counted(3)] }], AT);
      expect(await streams.load(id)).toMatchObject({ version: 3, state: 6 });
    });
    expect(statements).toBe(2);
    expect(await stateOf(id)).toBe(6);
  });

  it('refuses a version that is not the expected one, and the unit can go on', async () => {
    const id = randomUUID();
    await add(id, 1);
    const stale = { id, version: 0, state: undefined };
    await unitOfWork.run(async () => {
      const streams = store();
      const appended = streams.append([{ stream: stale, events: [counted(5)] }], AT);
      await expect(appended).rejects.toMatchObject({ code: 'STREAM_CONFLICT', retryable: true, status: 409 });
      expect(await streams.load(id)).toMatchObject({ version: 1, state: 1 });
    });
    expect(await stateOf(id)).toBe(1);
  });

  it('appends to many streams at once, or to none of them', async () => {
    const ids = [randomUUID(), randomUUID()] as const;
    const streams = store();
    const begin = (id: string) => ({ stream: newStream<number>(id), events: [counted(1)] });
    await unitOfWork.run(() => streams.append(ids.map(begin), AT));
    const third = randomUUID();
    const mixed = unitOfWork.run(() => streams.append([begin(third), begin(ids[0])], AT));
    await expect(mixed).rejects.toMatchObject({ code: 'STREAM_CONFLICT' });
    expect(await stateOf(third)).toBeUndefined();
    expect(await stateOf(ids[1])).toBe(1);
  });

  it('lets writers of one stream follow each other, and each sees what came before it', async () => {
    const id = randomUUID();
    await add(id, 0);
    const versions = await Promise.all(Array.from({ length: 24 }, () => add(id, 1)));
    expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, index) => index + 2));
    expect(await stateOf(id)).toBe(24);
  });

  it('takes a snapshot every so many events, which is only a cache', async () => {
    const id = randomUUID();
    for (const amount of [1, 2, 3, 4]) await add(id, amount);
    const head = () =>
      state.database.row(sql`
        select version, snapshot_version as at, snapshot from streams where stream_id = ${id}`);
    expect(await head()).toEqual({ version: 4, at: 3, snapshot: { stateVersion: 1, state: 6 } });
    expect(await stateOf(id)).toBe(10);
    await state.database.run(sql`
      update streams set snapshot = '{"stateVersion":1,"state":100}' where stream_id = ${id}`);
    expect(await stateOf(id)).toBe(104);
    expect(await stateOf(id, store(3, 2))).toBe(10);
    await state.database.run(sql`
      update streams set snapshot = null, snapshot_version = 0 where stream_id = ${id}`);
    expect(await stateOf(id)).toBe(10);
  });

  it('reads what was stored in an older form', async () => {
    const id = randomUUID();
    await state.database.run(sql`insert into streams (stream_id, version) values (${id}, 1)`);
    await state.database.run(sql`
      insert into stream_events (stream_id, version, type, schema_version, data, at)
      values (${id}, 1, 'counted', 1, '{"amount": 7}', now())`);
    await add(id, 1);
    expect(await stateOf(id)).toBe(8);
  });
});
