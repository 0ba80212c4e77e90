import { type ChildProcess, fork } from 'node:child_process';
import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { bundleForChild } from '@/testing/bundle-for-child';
import { type DeadLetterState, deadLetterState } from '@/testing/dead-letter-state';
import { eventually } from '@/testing/eventually';
import { DeadLetters } from '../dead-letters';
import type { LetterDecision } from '../letter-acts';
import type { BulkRequest } from './bulk-job';

const LEASE = { leaseMs: 300, lookMs: 50 };

describe('a bulk act', () => {
  let state: DeadLetterState;
  const decisions: LetterDecision[] = [];
  let fail: (decision: LetterDecision) => Promise<void> | void = () => undefined;

  beforeAll(async () => {
    state = await deadLetterState(LEASE);
    await state.database.run(sql`create table acts (letter_id uuid, process int)`);
    state.letters.onDecision(async (decision) => {
      await fail(decision);
      decisions.push(decision);
    });
    state.letters.start();
  });
  beforeEach(async () => {
    await state.empty();
    await state.progress();
    decisions.length = 0;
    fail = () => undefined;
  });
  afterAll(() => state?.close());

  const add = async (count: number) => {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) ids.push(await state.addLetter({ key: `k-${n}` }));
    return ids;
  };
  const request = (wanted: Partial<BulkRequest> = {}): BulkRequest => ({
    id: randomUUIDv7(),
    selection: { filter: {} },
    act: { kind: 'retry' },
    rate: 10_000,
    by: 'ada',
    ...wanted,
  });
  const ended = (id: string, in_: DeadLetters = state.letters) =>
    eventually(async () => {
      const job = await in_.findBulk(id);
      return job && job.state !== 'running' && job.state !== 'interrupted' ? job : undefined;
    });

  it('is done to every letter that matches, in the order of their offsets', async () => {
    const late = await state.addLetter({ offset: 20n });
    const early = await state.addLetter({ offset: 10n, firstFailedAt: new Date().toISOString() });
    const other = await state.addLetter({ handler: 'tell', key: 'o-2' });
    const decided = await state.addLetter({ status: 'skipped' });
    const wanted = request({ selection: { filter: { handler: 'take' } } });
    expect(await state.letters.startBulk(wanted)).toMatchObject({ total: 2, by: 'ada', act: 'retry' });
    expect(await ended(wanted.id)).toMatchObject({ state: 'finished', done: 2, failed: 0, failures: [] });
    expect(decisions.map(({ letter }) => letter.id)).toEqual([early, late]);
    expect(await state.status(other)).toBe('dead');
    expect(await state.status(decided)).toBe('skipped');
  });

  it('is done to the selected letters only', async () => {
    const [one = '', two = '', three = ''] = await add(3);
    const wanted = request({ selection: { ids: [one, three] }, act: { kind: 'skip', reason: 'tests' } });
    await state.letters.startBulk(wanted);
    expect(await ended(wanted.id)).toMatchObject({ total: 2, done: 2, reason: 'tests' });
    expect(await Promise.all([one, two, three].map(state.status))).toEqual(['skipped', 'dead', 'skipped']);
  });

  it('shows beforehand what it would be done to, and changes nothing', async () => {
    const ids = await add(30);
    expect(await state.letters.previewBulk({ filter: {} })).toEqual({ total: 30, ids: ids.slice(0, 20) });
    expect(await state.letters.previewBulk({ filter: { handler: 'nobody' } })).toEqual({ total: 0, ids: [] });
    expect(await state.letters.listBulk()).toEqual([]);
    expect(decisions).toEqual([]);
  });

  it('keeps to its rate', async () => {
    await add(12);
    const wanted = request({ rate: 20 });
    const begun = performance.now();
    await state.letters.startBulk(wanted);
    const progress: number[] = [];
    await eventually(async () => {
      const job = await state.letters.findBulk(wanted.id);
      progress.push(job?.done ?? 0);
      return job?.state === 'finished';
    });
    const seconds = (performance.now() - begun) / 1_000;
    // The first at once, the others one every 50 ms.
    expect(seconds).toBeGreaterThan(0.5);
    expect(progress.some((done) => done > 0 && done < 12)).toBe(true);
  });

  it('goes on past letters it is refused for, and tells which', async () => {
    const [one = '', two = '', three = ''] = await add(3);
    const wanted = request({ rate: 5 });
    await state.letters.startBulk(wanted);
    await state.letters.act(three, { kind: 'skip' }, 'grace');
    expect(await ended(wanted.id)).toMatchObject({
      state: 'finished',
      done: 2,
      failed: 1,
      failures: [{ letterId: three, code: 'DEAD_LETTER_DECIDED' }],
    });
    expect(await Promise.all([one, two, three].map(state.status))).toEqual([
      'retrying',
      'retrying',
      'skipped',
    ]);
  });

  it('passes a letter over that fails for no reason known, and only that one', async () => {
    const [one = '', two = '', three = ''] = await add(3);
    let runs = 0;
    fail = ({ letter }) => {
      if (letter.id !== two) return;
      runs += 1;
      throw new TypeError('a fault of ours');
    };
    const wanted = request();
    await state.letters.startBulk(wanted);
    expect(await ended(wanted.id)).toMatchObject({
      done: 2,
      failed: 1,
      failures: [{ letterId: two, code: 'INTERNAL_ERROR' }],
    });
    expect(runs).toBeGreaterThanOrEqual(3);
    expect(runs).toBeLessThan(7);
    expect(await Promise.all([one, two, three].map(state.status))).toEqual(['retrying', 'dead', 'retrying']);
  });

  it('edits many letters by one patch', async () => {
    const ids = await add(2);
    const wanted = request({ act: { kind: 'edit', edit: { patch: { userId: 'user-456' } } } });
    await state.letters.startBulk(wanted);
    expect(await ended(wanted.id)).toMatchObject({ done: 2 });
    for (const id of ids)
      expect((await state.letters.find(id))?.edited?.value).toMatchObject({ userId: 'user-456' });
  });

  it('stops when it is cancelled; what is done stays done', async () => {
    await add(50);
    const wanted = request({ rate: 10 });
    await state.letters.startBulk(wanted);
    await eventually(() => decisions.length >= 2);
    const cancelled = await state.letters.cancelBulk(wanted.id, 'grace');
    expect(cancelled).toMatchObject({ state: 'cancelled' });
    const done = decisions.length;
    expect(done).toBeLessThan(10);
    expect(await state.letters.findBulk(wanted.id)).toMatchObject({ state: 'cancelled', done });
    const dead = await state.letters.list({ status: 'dead' }, 200);
    expect(dead.items).toHaveLength(50 - done);
  });

  it('of a process that is killed goes on in another one; no letter is left out or done twice', async () => {
    // This process has no part in it.
    await state.letters.stop();
    await add(200);
    const wanted = request({ rate: 100, act: { kind: 'skip' } });
    const program = await bundleForChild(fileURLToPath(new URL('./runner.child.ts', import.meta.url)));
    const start = () => fork(program, [state.url], { stdio: 'inherit', execArgv: ['--enable-source-maps'] });
    const done = async () => (await state.letters.findBulk(wanted.id))?.done ?? 0;
    const kill = async (child: ChildProcess) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
    await state.letters.startBulk(wanted);
    let before = 0;
    for (let kills = 0; kills < 5; kills++) {
      const child = start();
      await eventually(async () => (await done()) > before);
      await kill(child);
      before = await done();
    }
    expect(before).toBeLessThan(200);
    await eventually(async () => (await state.letters.findBulk(wanted.id))?.state === 'interrupted');
    const last = start();
    try {
      expect(await ended(wanted.id)).toMatchObject({ state: 'finished', done: 200, failed: 0 });
    } finally {
      await kill(last);
    }
    const [count] = await state.database.rows(sql`
      select count(*)::int as acts, count(distinct letter_id)::int as letters,
        count(distinct process)::int as processes from acts`);
    expect(count).toEqual({ acts: 200, letters: 200, processes: 6 });
    expect((await state.letters.list({ status: 'skipped' }, 300)).items).toHaveLength(200);
  });
});
