import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type DeadLetterState, deadLetterState, orderOf } from '@/testing/dead-letter-state';
import type { LetterAct, LetterDecision } from './letter-acts';

describe('an act on a dead letter', () => {
  let state: DeadLetterState;
  const decisions: LetterDecision[] = [];

  beforeAll(async () => {
    state = await deadLetterState();
    state.letters.onDecision(async (decision) => void decisions.push(decision));
  });
  beforeEach(async () => {
    await state.empty();
    await state.progress();
    decisions.length = 0;
  });
  afterAll(() => state?.close());

  const act = (id: string, act: LetterAct, by = 'ada') => state.letters.act(id, act, by);
  const parkedRow = { attempts: 0, due: true, edited_value: null, handler: 'take' };

  it('retry lets a waiting lane go on where it stopped, with the handlers that come after', async () => {
    const id = await state.addLetter({ offset: 7n, parked: ['tell'] });
    await state.park({ offset: 9n, key: 'o-1', state: 'behind', pending: ['take', 'tell'] });
    expect((await state.letters.find(id))?.followers).toEqual({ count: 1, offsets: ['9'] });
    expect(await act(id, { kind: 'retry' })).toMatchObject({ id, status: 'retrying' });
    expect(await state.parked()).toEqual([
      { ...parkedRow, offset: '7', state: 'waiting', pending: ['take', 'tell'] },
      { ...parkedRow, offset: '9', state: 'behind', handler: null, pending: ['take', 'tell'], due: false },
    ]);
    expect((await state.letters.find(id))?.decision).toMatchObject({ by: 'ada', reason: null });
  });

  it('retry parks a letter of a flowing lane again, whole', async () => {
    const id = await state.addLetter({ offset: 3n });
    await act(id, { kind: 'retry' });
    expect(await state.parked()).toEqual([
      { ...parkedRow, offset: '3', state: 'waiting', pending: ['take'] },
    ]);
    expect(await state.database.rows(copied)).toEqual([{ equal: true }]);
  });

  it('retry joins the handlers that are still under way, so that a run begun without it begins anew', async () => {
    const id = await state.addLetter({ offset: 3n });
    await state.park({
      offset: 3n,
      key: 'o-1',
      state: 'waiting',
      pending: ['tell'],
      handler: 'tell',
      attempts: 4,
    });
    await act(id, { kind: 'retry' });
    expect(await state.parked()).toEqual([
      { ...parkedRow, offset: '3', state: 'waiting', attempts: 5, pending: ['tell', 'take'] },
    ]);
  });

  it.each([
    ['the older one first', ['3', '5']],
    ['the younger one first', ['5', '3']],
  ])('retry of two letters of a key gives only the older one a time, %s', async (_, order) => {
    const ids = new Map<string, string>();
    for (const offset of ['3', '5']) ids.set(offset, await state.addLetter({ offset: BigInt(offset) }));
    for (const offset of order) await act(ids.get(offset) ?? '', { kind: 'retry' });
    expect(await state.parked()).toMatchObject([
      { offset: '3', state: 'waiting', due: true },
      { offset: '5', state: 'behind', due: false, handler: 'take', attempts: 0 },
    ]);
  });

  it('retry of a letter from before its lane was kept finds its lane and its topic', async () => {
    const id = await state.addLetter({ offset: 3n, topicId: '' });
    await act(id, { kind: 'retry' });
    expect(await state.parked()).toMatchObject([{ offset: '3', state: 'waiting', due: true }]);
  });

  it('skip lets a waiting lane go on without it', async () => {
    const id = await state.addLetter({ offset: 7n, parked: ['tell'] });
    expect(await act(id, { kind: 'skip', reason: 'a test order' })).toMatchObject({ status: 'skipped' });
    expect(await state.parked()).toMatchObject([{ offset: '7', state: 'skip', due: true }]);
    expect((await state.letters.find(id))?.decision).toMatchObject({ by: 'ada', reason: 'a test order' });
  });

  it('skip of a flowing letter leaves what else is parked of its event alone', async () => {
    const id = await state.addLetter({ offset: 3n });
    await state.park({ offset: 3n, key: 'o-1', state: 'waiting', pending: ['tell'], handler: 'tell' });
    await act(id, { kind: 'skip' });
    expect(await state.parked()).toMatchObject([{ state: 'waiting', due: false }]);
  });

  it('discard hands the head of the lane to its owner', async () => {
    const id = await state.addLetter({ offset: 7n, parked: [] });
    await state.park({ offset: 9n, key: 'o-1', state: 'behind', pending: ['take'] });
    expect(await act(id, { kind: 'discard', reason: 'fraud' })).toMatchObject({ status: 'discarded' });
    expect(await state.parked()).toMatchObject([
      { offset: '7', state: 'discard', due: true },
      { offset: '9', state: 'behind' },
    ]);
  });

  it('is told to the listener once, with who, why and what', async () => {
    const id = await state.addLetter({ parked: [] });
    await act(id, { kind: 'discard', reason: 'fraud' }, 'grace');
    expect(decisions).toMatchObject([{ act: 'discard', by: 'grace', reason: 'fraud', letter: { id } }]);
  });

  it('is undone when its listener fails', async () => {
    const failing = await deadLetterState();
    try {
      await failing.progress();
      const id = await failing.addLetter({ parked: [] });
      failing.letters.onDecision(() => Promise.reject(new Error('no trail')));
      await expect(failing.letters.act(id, { kind: 'skip' }, 'ada')).rejects.toThrow('no trail');
      expect(await failing.status(id)).toBe('dead');
      expect(await failing.parked()).toMatchObject([{ state: 'dead' }]);
    } finally {
      await failing.close();
    }
  });

  it('succeeds for one of two operators who decide at once', async () => {
    for (let round = 0; round < 20; round++) {
      const id = await state.addLetter({ parked: ['tell'], key: `k-${round}` });
      const ends = await Promise.allSettled([
        act(id, { kind: 'retry' }, 'ada'),
        act(id, { kind: 'skip' }, 'grace'),
      ]);
      const [won] = ends.filter(({ status }) => status === 'fulfilled');
      const [lost] = ends.filter(({ status }) => status === 'rejected');
      expect(won).toBeDefined();
      expect(lost).toMatchObject({ reason: { code: 'DEAD_LETTER_DECIDED', status: 409 } });
    }
    expect(decisions).toHaveLength(20);
    const states = new Set((await state.parked()).map(({ state }) => state));
    expect([...states].every((one) => one === 'waiting' || one === 'skip')).toBe(true);
  });

  it.each(['retrying', 'resolved', 'edited', 'skipped', 'discarded'] as const)(
    'is refused for a letter that is %s, whatever the act',
    async (status) => {
      const id = await state.addLetter({ status });
      const acts: LetterAct[] = [
        { kind: 'retry' },
        { kind: 'edit', edit: { data: orderOf('o-1') } },
        { kind: 'skip' },
        { kind: 'discard', reason: 'r' },
      ];
      for (const one of acts) {
        await expect(act(id, one)).rejects.toMatchObject({ code: 'DEAD_LETTER_DECIDED', status: 409 });
      }
      expect(await state.status(id)).toBe(status);
      expect(await state.parked()).toEqual([]);
    },
  );

  it('is refused for an id that nobody has', async () => {
    const unknown = '00000000-0000-7000-8000-000000000000';
    await expect(act(unknown, { kind: 'retry' })).rejects.toMatchObject({ code: 'DEAD_LETTER_NOT_FOUND' });
  });

  it('retry is refused while the key waits at the same event for another handler', async () => {
    const flowing = await state.addLetter({ offset: 7n, handler: 'tell' });
    await state.addLetter({ offset: 7n, parked: [] });
    await expect(act(flowing, { kind: 'retry' })).rejects.toMatchObject({
      code: 'LANE_WAITS_FOR_ANOTHER_LETTER',
    });
    expect(await state.status(flowing)).toBe('dead');
  });

  it('retry is refused while another decision about the key is being carried out', async () => {
    const flowing = await state.addLetter({ offset: 7n, handler: 'tell' });
    await act(await state.addLetter({ offset: 7n, parked: [] }), { kind: 'skip' });
    await expect(act(flowing, { kind: 'retry' })).rejects.toMatchObject({
      code: 'LANE_BEING_DECIDED',
      retryable: true,
    });
  });

  it('retry is refused while what a person wrote for another handler of the event has not run', async () => {
    const flowing = await state.addLetter({ offset: 7n, handler: 'tell' });
    const edited = await state.addLetter({ offset: 7n, parked: [] });
    const mended = { ...orderOf('o-1'), userId: 'user-456' };
    await act(edited, { kind: 'edit', edit: { data: mended } });
    const before = await state.parked();
    expect(before).toMatchObject([{ handler: 'take', edited_value: expect.any(Buffer) }]);
    await expect(act(flowing, { kind: 'retry' })).rejects.toMatchObject({ code: 'LANE_BEING_DECIDED' });
    expect(await state.parked()).toEqual(before);
    expect(await state.status(flowing)).toBe('dead');
  });

  it('retry is refused when the topic was made anew, where the offset means another record; skip is not', async () => {
    const id = await state.addLetter();
    await state.progress('t2');
    await expect(act(id, { kind: 'retry' })).rejects.toMatchObject({ code: 'TOPIC_REPLACED', status: 409 });
    expect(await act(id, { kind: 'skip' })).toMatchObject({ status: 'skipped' });
  });
});

/** Byte for byte and to the microsecond what the letter has. */
const copied = sql`
  select (parked.value, parked.headers, parked.key, parked.lane, parked.recorded_at, parked.event_identity)
    = (dead_letters.value, dead_letters.headers, dead_letters.key, dead_letters.lane, dead_letters.recorded_at,
      dead_letters.event_identity) as equal
  from parked join dead_letters using (group_id, topic, partition, "offset")`;
