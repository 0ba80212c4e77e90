import { expect, it } from 'vitest';
import { mostFrequent } from '../../bench/src/shop/statement-table.ts';

it('shows what was sent in between, per order: by service and by statement, the most frequent one first', () => {
  const before = [{ service: 'order', text: 'commit', calls: 10 }];
  const after = [
    { service: 'order', text: 'commit', calls: 14 },
    { service: 'order', text: 'select\n  1', calls: 2 },
    { service: 'payment', text: 'commit', calls: 20 },
  ];
  expect(mostFrequent(before, after, 2).split('\n')).toEqual([
    'statements sent per order, of 2 orders: 13.00',
    '   10.00  payment',
    '    3.00  order',
    'the 25 most frequent ones',
    '   10.00  payment                commit',
    '    2.00  order                  commit',
    '    1.00  order                  select 1',
  ]);
});
