import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { accepted, fakeServer, status, unreachable } from './analytics.fixtures';
import type { KafkaAnalyticsOptions } from './analytics.options';
import type { KafkaAnalytics, Loss } from './analytics.types';
import { createKafkaAnalytics } from './create-kafka-analytics';
import { memoryStorage } from './storage';

const VIEW = { productId: 'prod-1', category: 'kitchen', price: 14.5 };
const PAST_INTERVAL = 3_100;

let open: KafkaAnalytics[] = [];

function tracker(options: KafkaAnalyticsOptions = {}) {
  const losses: Loss[] = [];
  const analytics = createKafkaAnalytics({
    storage: memoryStorage(),
    burst: 10_000,
    onLoss: (loss) => losses.push(loss),
    ...options,
  });
  open.push(analytics);
  const view = (count: number): string[] =>
    Array.from({ length: count }, () => analytics.trackEvent('analytics.product_view', VIEW));
  return { analytics, losses, view };
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});

afterEach(() => {
  for (const analytics of open) analytics.close();
  open = [];
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a batch', () => {
  it('holds what the server asks for, in a body that needs no preflight', async () => {
    const server = fakeServer(accepted);
    const { analytics } = tracker({ writeKey: 'key-1' });
    analytics.identify('user-1');
    const messageId = analytics.trackEvent('analytics.product_view', VIEW);
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.batches).toHaveLength(1);
    expect(server.batches[0]).toMatchObject({ writeKey: 'key-1', sentAt: expect.stringMatching(/Z$/) });
    expect(server.events()).toEqual([
      {
        type: 'analytics.product_view',
        messageId,
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        anonymousId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        userId: 'user-1',
        properties: VIEW,
      },
    ]);
    expect(server.requests[0]?.headers).toEqual({ 'content-type': 'text/plain;charset=UTF-8' });
    expect(server.requests[0]?.keepalive).toBe(true);
  });

  it('leaves at 20 events without waiting, the rest after the interval', async () => {
    const server = fakeServer(accepted);
    const { view } = tracker();
    view(19);
    await vi.advanceTimersByTimeAsync(0);
    expect(server.batches).toHaveLength(0);
    view(4);
    await vi.advanceTimersByTimeAsync(0);
    expect(server.batches[0]?.batch).toHaveLength(20);
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.events()).toHaveLength(23);
  });

  it('stays below the bytes a browser lets outlive its page', async () => {
    const server = fakeServer(accepted);
    const { analytics } = tracker();
    for (let index = 0; index < 20; index++) {
      analytics.trackEvent('analytics.search', { query: 'ü'.repeat(5_000) });
    }
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.events()).toHaveLength(20);
    for (const { body } of server.requests) {
      expect(new TextEncoder().encode(String(body)).length).toBeLessThanOrEqual(51_200);
    }
  });

  it('is not changed by what the caller does to its object later', async () => {
    const server = fakeServer(accepted);
    const { analytics } = tracker();
    const properties = { ...VIEW };
    analytics.trackEvent('analytics.product_view', properties);
    properties.price = 0;
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.events()[0]?.properties).toEqual(VIEW);
  });
});

describe('a failed attempt', () => {
  it.each([
    ['no answer', unreachable],
    ['503', status(503)],
    ['429', status(429)],
    ['408', status(408)],
  ])('%s is repeated with the same message ids until it is accepted', async (_name, failure) => {
    const server = fakeServer(failure, failure, accepted);
    const { view, analytics } = tracker();
    const ids = view(2);
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(analytics.getState()).toMatchObject({ queued: 2, lastError: expect.any(String) });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.batches).toHaveLength(3);
    expect(server.batches[2]?.batch.map((event) => event.messageId)).toEqual(ids);
    expect(analytics.getState()).toMatchObject({ queued: 0, lost: 0, lastError: null });
  });

  it('waits as long as Retry-After says, new events included', async () => {
    const server = fakeServer(status(429, { 'retry-after': '7' }), accepted);
    const { view } = tracker();
    view(20);
    await vi.advanceTimersByTimeAsync(6_500);
    view(20);
    expect(server.batches).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(600);
    expect(server.events()).toHaveLength(60);
  });

  it('is not repeated when the server refuses it for good', async () => {
    const server = fakeServer(status(401), accepted);
    const { view, losses, analytics } = tracker();
    view(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.batches).toHaveLength(1);
    expect(losses).toEqual([{ reason: 'refused', count: 3, detail: 'HTTP 401' }]);
    expect(analytics.getState()).toMatchObject({ queued: 0, lost: 3 });
  });

  it('for size is split, down to the one event that cannot be sent', async () => {
    const server = fakeServer(status(413), accepted);
    const { view, losses } = tracker();
    const ids = view(20);
    await vi.advanceTimersByTimeAsync(0);
    expect(server.batches.map(({ batch }) => batch.length)).toEqual([20, 10, 10]);
    expect(server.batches.slice(1).flatMap(({ batch }) => batch.map((event) => event.messageId))).toEqual(
      ids,
    );
    server.answerNow(status(413));
    view(1);
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(losses).toEqual([{ reason: 'too-large', count: 1, detail: 'HTTP 413' }]);
  });

  it('counts what the server rejected one by one', async () => {
    fakeServer(() =>
      Response.json({
        accepted: 1,
        rejected: [{ index: 1, code: 'INVALID_EVENT_DATA', message: 'data.price' }],
      }),
    );
    const { view, losses } = tracker();
    view(2);
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(losses).toEqual([{ reason: 'rejected', count: 1, detail: 'INVALID_EVENT_DATA: data.price' }]);
  });

  it('ends early when the network is back', async () => {
    const server = fakeServer(status(503, { 'retry-after': '300' }), accepted);
    const { view } = tracker();
    view(20);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.batches).toHaveLength(1);
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(server.batches).toHaveLength(2);
  });
});

describe('while the server is away', () => {
  it('the queue keeps the newest 1000 and counts the others', async () => {
    const server = fakeServer(unreachable);
    const { view, analytics, losses } = tracker();
    view(20);
    await vi.advanceTimersByTimeAsync(0);
    const ids = view(1_005);
    expect(analytics.getState()).toMatchObject({ queued: 1_000, lost: 25 });
    expect(losses.every(({ reason }) => reason === 'overflow')).toBe(true);
    server.answerNow(accepted);
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(100);
    const arrived = new Set(
      server.batches.slice(1).flatMap(({ batch }) => batch.map((event) => event.messageId)),
    );
    expect(ids.slice(-1_000).every((id) => arrived.has(id))).toBe(true);
  });

  it('an event older than its age limit is dropped and counted', async () => {
    fakeServer(unreachable);
    const { view, losses } = tracker({ maxAgeMs: 60_000 });
    view(1);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(losses).toEqual([{ reason: 'expired', count: 1 }]);
  });

  it('the next page sends what the last one left', async () => {
    const storage = memoryStorage();
    fakeServer(unreachable);
    const before = tracker({ storage });
    const ids = before.view(3);
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    before.analytics.close();
    const server = fakeServer(accepted);
    tracker({ storage });
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.events().map((event) => event.messageId)).toEqual(ids);
    expect(storage.keys().filter((key) => key.includes('queue'))).toEqual([]);
  });

  it('a page beside it leaves the queue of a living page alone', async () => {
    const storage = memoryStorage();
    const server = fakeServer(unreachable);
    tracker({ storage }).view(3);
    await vi.advanceTimersByTimeAsync(500);
    tracker({ storage });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.batches).toHaveLength(0);
    expect(storage.keys().filter((key) => key.includes('queue'))).toHaveLength(1);
  });
});

describe('a page that goes', () => {
  it('hands the rest to the browser at pagehide', () => {
    fakeServer(accepted);
    const beacons: string[] = [];
    vi.stubGlobal('navigator', {
      sendBeacon: (_url: string, body: string) => beacons.push(body) > 0,
      onLine: true,
    });
    const { view, analytics } = tracker();
    const ids = view(3);
    window.dispatchEvent(new Event('pagehide'));
    expect(beacons).toHaveLength(1);
    const sent = JSON.parse(beacons[0] ?? '') as { batch: { messageId: string }[]; writeKey: string };
    expect(sent.batch.map((event) => event.messageId)).toEqual(ids);
    expect(sent.writeKey).toBe('dev-write-key');
    expect(analytics.getState().queued).toBe(0);
  });

  it('keeps in storage what the browser does not take', () => {
    fakeServer(accepted);
    vi.stubGlobal('navigator', { sendBeacon: () => false, onLine: true });
    const storage = memoryStorage();
    tracker({ storage }).view(3);
    window.dispatchEvent(new Event('pagehide'));
    const kept = storage.keys().filter((key) => key.includes('queue'));
    expect(kept).toHaveLength(1);
    expect(JSON.parse(storage.getItem(kept[0] ?? '') ?? '')).toMatchObject({ at: 0, events: { length: 3 } });
  });

  it('sends at once when it is hidden', async () => {
    const server = fakeServer(accepted);
    const { view } = tracker();
    view(2);
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(0);
    expect(server.events()).toHaveLength(2);
  });
});
