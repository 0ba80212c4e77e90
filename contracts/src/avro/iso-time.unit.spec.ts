import { describe, expect, it } from 'vitest';
import { epochMillis, isoTime } from './iso-time.ts';

describe('times', () => {
  it.each([
    ['2026-03-14T09:26:53.589Z', '2026-03-14T09:26:53.589Z'],
    ['2026-03-14T09:26:53Z', '2026-03-14T09:26:53.000Z'],
    ['2026-03-14T09:26Z', '2026-03-14T09:26:00.000Z'],
    ['2026-03-14T10:26:53.5+01:00', '2026-03-14T09:26:53.500Z'],
    ['2026-03-14T09:26:53.589000Z', '2026-03-14T09:26:53.589Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is the instant %s', (given, instant) => {
    expect(isoTime(epochMillis(given) as number)).toBe(instant);
  });

  it.each([
    '2026-03-14',
    '2026-03-14T09:26:53',
    '14.03.2026',
    '',
    '2026-03-14T24:00:00Z',
    '2026-03-14T09:61:00Z',
  ])('%j is refused: no instant is said', (given) => {
    expect(epochMillis(given)).toMatch(/^must be an ISO 8601 time/);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00+02:00',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '0000-05-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
  ])('%s is refused: there is no such day', (given) => {
    expect(epochMillis(given)).toBe('is not a date of the calendar');
  });

  it('refuses what milliseconds would cut off', () => {
    expect(epochMillis('2026-03-14T09:26:53.5891Z')).toBe('has more than milliseconds');
  });

  it('has no text for instants outside of four-digit years', () => {
    expect(isoTime(8.64e15)).toBeUndefined();
    expect(isoTime(-8.64e15)).toBeUndefined();
    expect(isoTime(Number.NaN)).toBeUndefined();
  });
});
