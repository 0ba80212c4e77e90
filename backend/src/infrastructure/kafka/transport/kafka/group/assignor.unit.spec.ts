import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopicPartition } from '../../transport.port';
import { assign, type Subscriber } from './assignor';
import { keyOf } from './topic-partitions';

const orders = (...partitions: number[]): TopicPartition[] =>
  partitions.map((partition) => ({ topic: 'orders', partition }));

const member = (
  memberId: string,
  owned: TopicPartition[] = [],
  generation = owned.length > 0 ? 7 : -1,
): Subscriber => ({
  memberId,
  topics: ['orders'],
  owned,
  generation,
});

const numbers = (share: readonly TopicPartition[] | undefined) =>
  share?.map(({ partition }) => partition).toSorted();

describe('the assignment of a group', () => {
  it('gives a first member everything', () => {
    expect(numbers(assign([member('a')], new Map([['orders', 3]])).get('a'))).toEqual([0, 1, 2]);
  });

  it('lets nobody have a partition in the round in which its owner gives it up', () => {
    const shares = assign([member('a', orders(0, 1, 2, 3)), member('b')], new Map([['orders', 4]]));

    expect(numbers(shares.get('a'))).toEqual([0, 1]);
    expect(numbers(shares.get('b'))).toEqual([]);
  });

  it('gives it to the other in the next round', () => {
    const shares = assign([member('a', orders(0, 1)), member('b')], new Map([['orders', 4]]));

    expect(numbers(shares.get('b'))).toEqual([2, 3]);
  });

  it('takes over what nobody owns any more without moving the rest', () => {
    const shares = assign([member('a', orders(0, 1)), member('b', orders(2, 3))], new Map([['orders', 6]]));

    expect(numbers(shares.get('a'))).toEqual(expect.arrayContaining([0, 1]));
    expect(numbers(shares.get('b'))).toEqual(expect.arrayContaining([2, 3]));
    expect([...(shares.get('a') ?? []), ...(shares.get('b') ?? [])]).toHaveLength(6);
  });

  it('does not believe a claim from an older generation', () => {
    const shares = assign([member('a', orders(0), 6), member('b', orders(0), 7)], new Map([['orders', 1]]));

    expect(numbers(shares.get('b'))).toEqual([0]);
    expect(numbers(shares.get('a'))).toEqual([]);
  });

  it('gives a topic only to those who want it', () => {
    const audit = { ...member('c'), topics: ['orders', 'payments'] };
    const shares = assign(
      [member('a'), audit],
      new Map([
        ['orders', 2],
        ['payments', 2],
      ]),
    );

    expect(shares.get('a')?.every(({ topic }) => topic === 'orders')).toBe(true);
    expect(shares.get('c')?.filter(({ topic }) => topic === 'payments')).toHaveLength(2);
  });

  it('ends even and complete after the rounds that members need to give up and take', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 24 }),
        fc.integer({ min: 1, max: 6 }),
        (owners, size) => {
          const counts = new Map([['orders', owners.length]]);
          const ids = Array.from({ length: size }, (_, index) => `m${index}`);
          let held = new Map(
            ids.map((id, index) => [id, orders(...owners.flatMap((one, at) => (one === index ? [at] : [])))]),
          );
          for (let round = 0; round < 3; round += 1) {
            held = assign(
              ids.map((id) => member(id, held.get(id), 7 + round)),
              counts,
            );
          }
          const all = [...held.values()].flat();
          const sizes = [...held.values()].map((share) => share.length);

          expect(new Set(all.map(keyOf)).size).toBe(owners.length);
          expect(all).toHaveLength(owners.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
