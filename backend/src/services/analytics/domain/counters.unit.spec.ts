import { expect, it } from 'vitest';
import { toCounters } from './counters';

it('sums the totals of the types, in a steady order', () => {
  const totals = new Map([
    ['analytics.search', 2],
    ['analytics.page_view', 40],
  ]);
  const counters = toCounters(totals, [], '2026-01-01T00:00:00.000Z');
  expect(counters.total).toBe(42);
  expect(Object.keys(counters.byType)).toEqual(['analytics.page_view', 'analytics.search']);
});
