import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopicPartition } from '../transport.port';
import { type Assignment, assignSticky, type Candidate } from './sticky-assignment';

const lanes = (topic: string, count: number): TopicPartition[] =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition }));
const member = (memberId: string, ...topics: string[]): Candidate => ({ memberId, topics });
const none: Assignment = new Map();
const countOf = (assignment: Assignment, memberId: string, topic = ''): number =>
  [...assignment].filter(([lane, owner]) => owner === memberId && lane.startsWith(topic)).length;
const movesBetween = (before: Assignment, after: Assignment): string[] =>
  [...after].filter(([lane, owner]) => before.get(lane) !== owner).map(([lane]) => lane);

describe('sticky assignment', () => {
  it('gives everything to the only member', () => {
    const assignment = assignSticky([member('a', 'orders')], lanes('orders', 6), none);
    expect(countOf(assignment, 'a')).toBe(6);
  });

  it('spreads a topic evenly', () => {
    const members = [member('a', 'orders'), member('b', 'orders'), member('c', 'orders')];
    const assignment = assignSticky(members, lanes('orders', 6), none);
    expect(members.map(({ memberId }) => countOf(assignment, memberId))).toEqual([2, 2, 2]);
  });

  it('moves only what a new member needs', () => {
    const before = assignSticky([member('a', 'orders'), member('b', 'orders')], lanes('orders', 6), none);
    const members = [member('a', 'orders'), member('b', 'orders'), member('c', 'orders')];
    const after = assignSticky(members, lanes('orders', 6), before);
    expect(countOf(after, 'c')).toBe(2);
    expect(movesBetween(before, after)).toHaveLength(2);
  });

  it('moves only what a member leaves behind', () => {
    const members = [member('a', 'orders'), member('b', 'orders'), member('c', 'orders')];
    const before = assignSticky(members, lanes('orders', 6), none);
    const after = assignSticky(members.slice(0, 2), lanes('orders', 6), before);
    expect(movesBetween(before, after)).toHaveLength(2);
    expect([countOf(after, 'a'), countOf(after, 'b')]).toEqual([3, 3]);
  });

  it('evens the sums of topics with one partition each', () => {
    const topics = ['t1', 't2', 't3', 't4'];
    const partitions = topics.flatMap((topic) => lanes(topic, 1));
    const before = assignSticky([member('a', ...topics)], partitions, none);
    const after = assignSticky([member('a', ...topics), member('b', ...topics)], partitions, before);
    expect([countOf(after, 'a'), countOf(after, 'b')]).toEqual([2, 2]);
  });

  it('gives a topic to its subscribers only, and to nobody where it has none', () => {
    const partitions = [...lanes('orders', 2), ...lanes('payments', 2), ...lanes('unread', 1)];
    const members = [member('a', 'orders'), member('b', 'payments')];
    const assignment = assignSticky(members, partitions, none);
    expect(countOf(assignment, 'a', 'orders')).toBe(2);
    expect(countOf(assignment, 'b', 'payments')).toBe(2);
    expect(assignment.size).toBe(4);
  });

  it('is complete, even and steady for any group', () => {
    const topicNames = ['a', 'b', 'c'];
    const group = fc.record({
      members: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }),
      others: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }),
      counts: fc.tuple(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
      ),
    });
    fc.assert(
      fc.property(group, ({ members, others, counts }) => {
        const partitions = topicNames.flatMap((topic, index) => lanes(topic, counts[index] ?? 1));
        const candidates = (ids: number[]) => ids.map((id) => member(`m${id}`, ...topicNames));
        const before = assignSticky(candidates(others), partitions, none);
        const after = assignSticky(candidates(members), partitions, before);
        expect(after.size).toBe(partitions.length);
        for (const topic of ['', ...topicNames]) {
          const shares = members.map((id) => countOf(after, `m${id}`, topic));
          expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        }
        expect(
          movesBetween(after, assignSticky(candidates(members.toReversed()), partitions, after)),
        ).toEqual([]);
      }),
    );
  });
});
