import { expect, it } from 'vitest';
import { minutesOfHour } from './minutes-of-hour';

it('the last hour has sixty minutes, quiet ones included, older ones left out', () => {
  const minutes = minutesOfHour(
    [
      { eventType: 'analytics.page_view', minute: '2026-01-01T10:59:00.000Z', count: 9 },
      { eventType: 'analytics.page_view', minute: '2026-01-01T11:01:00.000Z', count: 2 },
      { eventType: 'analytics.search', minute: '2026-01-01T11:01:00.000Z', count: 3 },
      { eventType: 'analytics.search', minute: '2026-01-01T12:00:00.000Z', count: 1 },
    ],
    '2026-01-01T12:00:30.000Z',
  );
  expect(minutes).toHaveLength(60);
  expect(minutes[0]).toEqual({ at: '2026-01-01T11:01:00.000Z', count: 5 });
  expect(minutes[1]?.count).toBe(0);
  expect(minutes.at(-1)).toEqual({ at: '2026-01-01T12:00:00.000Z', count: 1 });
});
