import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './post-batch';
import { createEventQueue } from './event-queue';
import { memoryStorage } from './storage';
import { uuidV7 } from './uuid-v7';

function queueOf(storage = memoryStorage()) {
  return createEventQueue({ storage: () => storage, maxQueue: 1_000, onLoss: () => {} });
}

describe('event queue', () => {
  it('gives the oldest that fit, and at least one', () => {
    const queue = queueOf();
    for (const messageId of ['a', 'b', 'c']) queue.add({ messageId, json: 'x'.repeat(100) });
    const ids = (limits: { count: number; bytes: number }) =>
      queue.head(limits).map((event) => event.messageId);
    expect(ids({ count: 2, bytes: 1_000 })).toEqual(['a', 'b']);
    expect(ids({ count: 9, bytes: 210 })).toEqual(['a', 'b']);
    expect(ids({ count: 9, bytes: 10 })).toEqual(['a']);
    expect(ids({ count: 9, bytes: 1_000 })).toEqual(['a', 'b', 'c']);
  });

  it('passes over a stored queue that cannot be read', async () => {
    const storage = memoryStorage();
    storage.setItem('shop-analytics:queue:broken', '{"at":');
    const queue = queueOf(storage);
    await queue.adopt();
    expect(queue.size()).toBe(0);
    expect(storage.keys()).toEqual([]);
  });

  it('does not come back with events that another page took over meanwhile', async () => {
    const storage = memoryStorage();
    const hidden = queueOf(storage);
    hidden.add({ messageId: 'a', json: '{}' });
    hidden.persist({ release: true });
    const next = queueOf(storage);
    await next.adopt();
    expect(next.size()).toBe(1);
    hidden.restore();
    expect(hidden.size()).toBe(0);
  });
});

describe('Retry-After', () => {
  it('is seconds or a date, at most five minutes', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('7', now)).toBe(7_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:09 GMT', now)).toBe(9_000);
    expect(retryAfterMs('86400', now)).toBe(300_000);
    expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
    expect(retryAfterMs('soon', now)).toBeUndefined();
    expect(retryAfterMs(null, now)).toBeUndefined();
  });
});

describe('UUIDv7', () => {
  it('carries its time and sorts by it', () => {
    const at = Date.parse('2026-11-22T15:00:00Z');
    const id = uuidV7(at);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at);
    expect(uuidV7(at + 1) > id).toBe(true);
  });
});
