import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DeadLetterState, deadLetterState, orderOf } from '@/testing/dead-letter-state';
import type { Letter } from './letter';

const at = (second: number) => `2026-03-01T10:00:${String(second).padStart(2, '0')}.000123Z`;

describe('the list of dead letters', () => {
  let state: DeadLetterState;

  beforeAll(async () => {
    state = await deadLetterState();
  });
  beforeEach(() => state.empty());
  afterAll(() => state?.close());

  it('shows a letter decoded and raw', async () => {
    const id = await state.addLetter({ offset: 5n, firstFailedAt: at(1) });
    const { items, more } = await state.letters.list({}, 10);
    expect(more).toBe(false);
    expect(items).toHaveLength(1);
    const record = Buffer.from(items[0]?.valueBase64 ?? '', 'base64');
    expect(record[0]).toBe(0);
    expect(items[0]).toMatchObject({
      id,
      status: 'dead',
      group: 'orders',
      handler: 'take',
      topic: 'order-events',
      partition: 0,
      offset: '5',
      key: 'o-1',
      eventId: id,
      eventType: 'order.created',
      attempts: 10,
      cause: { code: 'HANDLER_FAILED', message: 'no stock' },
      firstFailedAt: at(1),
      headers: { ce_type: 'order.created', ce_source: '/spec' },
      value: orderOf('o-1'),
    });
  });

  it('takes each filter, and all of them together', async () => {
    const key = 'o-ü';
    const wanted = await state.addLetter({
      group: 'g',
      handler: 'h',
      key,
      firstFailedAt: at(5),
      cause: { code: 'X', message: '' },
    });
    await state.addLetter({ topic: 'payment-events', firstFailedAt: at(9), status: 'skipped' });
    const ids = async (filter: Parameters<DeadLetterState['letters']['list']>[0]) =>
      (await state.letters.list(filter, 10)).items.map(({ id }) => id);
    const all = {
      group: 'g',
      handler: 'h',
      topic: 'order-events',
      eventType: 'order.created',
      key,
      cause: 'X',
    };
    const filters = [
      ...Object.entries(all)
        .filter(([name]) => name !== 'eventType')
        .map(([name, value]) => ({ [name]: value })),
      { status: 'dead' as const },
      { to: at(9) },
      { from: at(5), to: at(6) },
      { ...all, status: 'dead' as const, from: at(5) },
    ];
    for (const filter of filters) expect([filter, await ids(filter)]).toEqual([filter, [wanted]]);
    expect(await ids({ eventType: 'order.cancelled' })).toEqual([]);
    expect(await ids({ from: at(5) })).toHaveLength(2);
    expect(await ids({ key: 'o-' })).toEqual([]);
  });

  it('is read whole page by page, though letters come and are decided about in between', async () => {
    const added: string[] = [];
    for (let n = 0; n < 25; n++) added.push(await state.addLetter({ firstFailedAt: at(Math.floor(n / 5)) }));
    const seen: Letter[] = [];
    for (let page = 0; ; page++) {
      const { items, more } = await state.letters.list({}, 4, seen.at(-1));
      seen.push(...items);
      if (page === 1) await state.addLetter({ firstFailedAt: at(50) });
      if (page === 2) await state.letters.act(added[0] ?? '', { kind: 'skip' }, 'ada');
      if (!more) break;
    }
    expect(seen.map(({ id }) => id).toSorted()).toEqual(added.toSorted());
    const order = seen.map(({ firstFailedAt, id }) => `${firstFailedAt} ${id}`);
    expect(order).toEqual(order.toSorted().toReversed());
  });

  it('ends a page before its values grow too large, and loses none', async () => {
    const value = Buffer.alloc(1_500_000, 1);
    for (let n = 0; n < 5; n++) await state.addLetter({ value });
    const first = await state.letters.list({}, 10);
    expect(first.items).toHaveLength(2);
    expect(first.more).toBe(true);
    const second = await state.letters.list({}, 10, first.items.at(-1));
    const third = await state.letters.list({}, 10, second.items.at(-1));
    expect([second.items.length, third.items.length, third.more]).toEqual([2, 1, false]);
  });

  it('counts letters by their cause', async () => {
    await state.addLetter({ firstFailedAt: at(1), cause: { code: 'A', message: 'first' } });
    await state.addLetter({ firstFailedAt: at(3), cause: { code: 'A', message: 'newest' } });
    await state.addLetter({ firstFailedAt: at(2), cause: { code: 'B', message: 'b' }, handler: 'tell' });
    await state.addLetter({ cause: { code: 'A', message: 'x' }, status: 'resolved' });
    expect(await state.letters.groups({ status: 'dead' })).toEqual([
      {
        cause: 'A',
        group: 'orders',
        handler: 'take',
        topic: 'order-events',
        count: 2,
        first: at(1),
        last: at(3),
        sample: 'newest',
      },
      expect.objectContaining({ cause: 'B', handler: 'tell', count: 1, sample: 'b' }),
    ]);
  });

  it('counts those parked behind a letter, of its key only', async () => {
    const id = await state.addLetter({ offset: 10n, parked: [] });
    for (let n = 11n; n < 40n; n++)
      await state.park({ offset: n, key: 'o-1', state: 'behind', pending: ['take'] });
    await state.park({ offset: 50n, key: 'o-2', state: 'behind', pending: ['take'] });
    const followers = (await state.letters.find(id))?.followers;
    expect(followers?.count).toBe(29);
    expect(followers?.offsets).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 11)));
  });
});
