import { describe, expect, it } from 'vitest';
import { classify, occurredAt } from './browser-event';

describe('classifying what a browser sends', () => {
  it('takes a known name for its type, and the sender from the event', () => {
    const properties = { productId: 'p1', category: 'books', price: 9.5 };
    const event = { name: 'analytics.product_view', messageId: 'm1', anonymousId: 'a1', properties };
    expect(classify(event)).toEqual({
      eventType: 'analytics.product_view',
      data: { ...properties, messageId: 'm1', anonymousId: 'a1' },
    });
  });

  it('does not let properties speak for the sender', () => {
    const event = {
      name: 'analytics.search',
      anonymousId: 'a1',
      properties: { query: 'x', anonymousId: 'a2' },
    };
    expect(classify(event).data['anonymousId']).toBe('a1');
  });

  it.each(['Newsletter Opened', 'order.created', 'toString'])('keeps the foreign name %s', (name) => {
    expect(classify({ name, properties: { a: 1 } })).toEqual({
      eventType: 'analytics.custom',
      data: { name, properties: { a: 1 } },
    });
  });
});

describe('the time of an event', () => {
  const now = Date.parse('2026-05-01T12:00:00.000Z');

  it.each([
    [
      'corrects a wrong clock',
      '2001-01-01T00:00:00.000Z',
      '2001-01-01T00:00:05.000Z',
      '2026-05-01T11:59:55.000Z',
    ],
    ['knows no future', '2026-05-01T13:00:00.000Z', '2026-05-01T12:00:00.000Z', '2026-05-01T12:00:00.000Z'],
    [
      'waits a day at most',
      '2020-01-01T00:00:00.000Z',
      '2026-05-01T12:00:00.000Z',
      '2026-04-30T12:00:00.000Z',
    ],
    ['is now where nothing is said', undefined, undefined, '2026-05-01T12:00:00.000Z'],
    ['is now where nonsense is said', 'yesterday', 'today', '2026-05-01T12:00:00.000Z'],
  ])('%s', (_what, timestamp, sentAt, expected) => {
    expect(occurredAt(timestamp, sentAt, now)).toBe(expected);
  });
});
