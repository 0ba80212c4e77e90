import { describe, expect, it } from 'vitest';
import { identityText } from '@/infrastructure/kafka/schema/event-identity';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { eventTimeOf, isTooOld } from './event-time';

const record = (offset: bigint, timestamp: number): LogRecord => ({
  topic: 'order-events',
  partition: 3,
  offset,
  timestamp,
  key: null,
  value: null,
  headers: [],
});
const withTime = (at: LogRecord, ceTime?: string): LogRecord =>
  ceTime === undefined ? at : { ...at, headers: [['ce_time', Buffer.from(ceTime)]] };
const of = (id: string, ceTime?: string, at = record(7n, 1_000)) =>
  eventTimeOf(identityText({ source: '/order', id }), withTime(at, ceTime));

// RFC 9562, appendix A.6: its example of a version 7 UUID and the time in it.
const V7 = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
const V7_TIME = new Date('2022-02-22T19:22:22.000Z');
const V4 = '919108f7-52d1-4320-9bac-f847db4148a8';
const CE_TIME = '2026-01-01T00:00:00.000Z';

describe('the time of an event', () => {
  it('is that of its version 7 id, whatever else is told', () => {
    expect(of(V7)).toEqual(V7_TIME);
    expect(of(V7, CE_TIME)).toEqual(V7_TIME);
    expect(of(V7, undefined, record(900n, 5_000))).toEqual(V7_TIME);
  });

  it('is the one its producer gave, else', () => {
    expect(of(V4, CE_TIME)).toEqual(new Date(CE_TIME));
    expect(of(V4, '2026-01-01T02:00:00+02:00')).toEqual(new Date(CE_TIME));
    expect(of('order-1', CE_TIME)).toEqual(new Date(CE_TIME));
  });

  it("is the record's where its place is its identity", () => {
    const at = record(7n, Date.parse(CE_TIME));
    expect(eventTimeOf('kafka:order-events 3-7', at)).toEqual(new Date(CE_TIME));
    expect(eventTimeOf('kafka:order-events 3-8', at)).toBe('-infinity');
  });

  it.each([
    ['nothing', undefined],
    ['no time', 'yesterday'],
    ['a time without a zone, which is another one elsewhere', '2026-01-01T00:00:00'],
    ['a day that is none', '2026-13-45T00:00:00Z'],
    ['a year before there were events', '0001-01-01T00:00:00Z'],
  ])('is none where the producer gave %s', (_, ceTime) => {
    expect(of(V4, ceTime)).toBe('-infinity');
  });

  it('is none for an id from after the year 9999, which PostgreSQL reads otherwise', () => {
    expect(of('ffffffff-ffff-7cc3-98c4-dc0c0c07398f')).toBe('-infinity');
    expect(of(V4, CE_TIME, record(7n, -1))).toEqual(new Date(CE_TIME));
    expect(eventTimeOf('kafka:order-events 3-7', record(7n, -1))).toBe('-infinity');
  });
});

describe('the horizon', () => {
  const now = Date.parse('2026-01-15T00:00:00Z');
  const fortnight = 14 * 86_400_000;

  it.each([
    ['an event at it', '2026-01-01T00:00:00.000Z', fortnight, false],
    ['an event before it', '2025-12-31T23:59:59.999Z', fortnight, true],
    ['any event when nothing is forgotten', '1970-01-01T00:00:00.000Z', Number.POSITIVE_INFINITY, false],
  ])('%s', (_, time, horizon, expected) => {
    expect(isTooOld(new Date(time), now, horizon)).toBe(expected);
  });

  it('has nothing to say about an event without a time', () => {
    expect(isTooOld('-infinity', now, fortnight)).toBe(false);
  });
});
