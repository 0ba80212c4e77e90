import { describe, expect, it } from 'vitest';
import { Collection } from './collection.ts';
import { decodeLine, encodeLine } from './journal-line.ts';

describe('a line of the journal', () => {
  it('gives back what was put in', () => {
    const records = [{ a: 'naïve 🛒' }, { b: [1, 2] }];
    const line = encodeLine(records.map((record) => JSON.stringify(record)));
    expect(line.at(-1)).toBe(0x0a);
    expect(decodeLine(line.subarray(0, -1))).toEqual(records);
  });

  it('is not read when one bit of it is wrong or a part is missing', () => {
    const line = encodeLine([JSON.stringify({ amount: 100 })]).subarray(0, -1);
    for (let place = 0; place < line.length; place += 1) {
      const damaged = Buffer.from(line);
      damaged.writeUInt8(damaged.readUInt8(place) ^ 1, place);
      expect(decodeLine(damaged), `bit at ${place}`).toBeUndefined();
      expect(decodeLine(line.subarray(0, place)), `cut at ${place}`).toBeUndefined();
    }
  });
});

describe('a collection', () => {
  const filled = () => {
    const collection = new Collection<{ id: string; state?: string }>();
    for (const id of ['a', 'b', 'c', 'd', 'e']) collection.put({ id });
    return collection;
  };
  const ids = (page: { items: readonly { id: string }[] }) => page.items.map(({ id }) => id).join('');

  it('replaces in place', () => {
    const collection = filled();
    collection.put({ id: 'b', state: 'new' });
    expect(collection.size).toBe(5);
    expect(collection.get('b')).toEqual({ id: 'b', state: 'new' });
    expect(ids(collection.page({ limit: 10 }))).toBe('edcba');
  });

  it('turns pages in both directions', () => {
    const collection = filled();
    const first = collection.page({ limit: 2 });
    expect([ids(first), first.hasMore]).toEqual(['ed', true]);
    const last = collection.page({ limit: 3, startingAfter: 'd' });
    expect([ids(last), last.hasMore]).toEqual(['cba', false]);
    const back = collection.page({ limit: 2, endingBefore: 'b' });
    expect([ids(back), back.hasMore]).toEqual(['dc', true]);
    expect(ids(collection.page({ limit: 2, startingAfter: 'nobody' }))).toBe('');
    expect(ids(collection.page({ limit: 2, endingBefore: 'nobody' }))).toBe('');
  });
});
