import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { accepted, fakeServer } from './analytics.fixtures';
import type { KafkaAnalytics, Loss } from './analytics.types';
import { createKafkaAnalytics } from './create-kafka-analytics';
import { memoryStorage } from './storage';

const VIEW = { productId: 'prod-1', category: 'kitchen', price: 14.5 };
const PAST_INTERVAL = 3_100;
let analytics: KafkaAnalytics | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});

afterEach(() => {
  analytics?.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('consent', () => {
  it('a global privacy control signal means that nothing is stored or sent', async () => {
    const server = fakeServer(accepted);
    vi.stubGlobal('navigator', { globalPrivacyControl: true });
    analytics = createKafkaAnalytics();
    expect(analytics.trackEvent('analytics.product_view', VIEW)).toMatch(/^[0-9a-f-]{36}$/);
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(analytics.getState()).toMatchObject({ consent: 'denied', queued: 0, lost: 0 });
    expect(server.batches).toHaveLength(0);
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it('an explicit yes of the visitor goes before the signal', async () => {
    const server = fakeServer(accepted);
    vi.stubGlobal('navigator', { globalPrivacyControl: true });
    analytics = createKafkaAnalytics({ consent: 'granted' });
    analytics.trackEvent('analytics.product_view', VIEW);
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.events()).toHaveLength(1);
  });

  it('pending events wait in memory and leave when it is granted', async () => {
    const server = fakeServer(accepted);
    analytics = createKafkaAnalytics({ consent: 'pending' });
    analytics.trackEvent('analytics.product_view', VIEW);
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.batches).toHaveLength(0);
    expect(Object.keys(localStorage)).toEqual([]);
    analytics.setConsent('granted');
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.events()).toHaveLength(1);
    expect(server.events()[0]?.anonymousId).toBe(analytics.getState().anonymousId);
  });

  it('a withdrawn consent forgets the queue, the visitor and the session', async () => {
    const server = fakeServer(accepted);
    analytics = createKafkaAnalytics();
    analytics.trackEvent('analytics.product_view', VIEW);
    await vi.advanceTimersByTimeAsync(500);
    expect(Object.keys(localStorage)).not.toEqual([]);
    analytics.setConsent('denied');
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.batches).toHaveLength(0);
    expect(Object.keys(localStorage)).toEqual([]);
  });
});

describe('the visitor', () => {
  it('stays the same from page to page, until a log-out', () => {
    const storage = memoryStorage();
    const first = createKafkaAnalytics({ storage });
    const { anonymousId, sessionId } = first.getState();
    first.close();
    analytics = createKafkaAnalytics({ storage });
    expect(analytics.getState()).toMatchObject({ anonymousId, sessionId });
    analytics.reset();
    expect(analytics.getState().anonymousId).not.toBe(anonymousId);
  });

  it('has a new session after 30 idle minutes and after 24 hours', async () => {
    const server = fakeServer(accepted);
    analytics = createKafkaAnalytics({ storage: memoryStorage() });
    const view = (): void => void analytics?.trackEvent('analytics.product_view', VIEW, { immediate: true });
    const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);
    view();
    await minutes(29);
    view();
    await minutes(31);
    view();
    for (let hour = 0; hour < 49; hour++) {
      await minutes(30 - 1);
      view();
    }
    await minutes(29);
    const sessions = [...new Set(server.events().map((event) => event.sessionId))];
    expect(server.events()[0]?.sessionId).toBe(server.events()[1]?.sessionId);
    expect(server.events()[2]?.sessionId).not.toBe(server.events()[1]?.sessionId);
    expect(sessions).toHaveLength(2);
    for (let half = 0; half < 3; half++) {
      view();
      await minutes(29);
    }
    expect(new Set(server.events().map((event) => event.sessionId)).size).toBe(3);
  });
});

describe('a caller’s mistake', () => {
  it('never throws and is counted', () => {
    fakeServer(accepted);
    const losses: Loss[] = [];
    analytics = createKafkaAnalytics({ storage: memoryStorage(), onLoss: (loss) => losses.push(loss) });
    const circular: { [key: string]: typeof circular } = {};
    circular.self = circular;
    analytics.trackEvent('analytics.custom', { name: 'odd', properties: circular });
    analytics.trackEvent('analytics.product_view', VIEW, { timestamp: 'yesterday' });
    analytics.trackEvent('analytics.search', { query: 'x'.repeat(60_000) });
    expect(losses.map(({ reason }) => reason)).toEqual(['unserializable', 'unserializable', 'too-large']);
    expect(analytics.getState()).toMatchObject({ queued: 0, lost: 3 });
  });

  it('a loop is throttled to ten a second after a burst of a hundred', () => {
    fakeServer(accepted);
    analytics = createKafkaAnalytics({ storage: memoryStorage() });
    for (let index = 0; index < 150; index++) analytics.trackEvent('analytics.product_view', VIEW);
    expect(analytics.getState().lost).toBe(50);
    vi.advanceTimersByTime(1_000);
    for (let index = 0; index < 20; index++) analytics.trackEvent('analytics.product_view', VIEW);
    expect(analytics.getState().lost).toBe(60);
  });

  it('the same address in a row is one page view', async () => {
    const server = fakeServer(accepted);
    analytics = createKafkaAnalytics({ storage: memoryStorage() });
    analytics.trackPage();
    analytics.trackPage();
    window.history.pushState(null, '', '/cart');
    analytics.trackPage('Cart');
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    const pages = server.events().map(({ properties }) => properties);
    expect(pages).toHaveLength(2);
    expect(pages[1]).toMatchObject({
      title: 'Cart',
      url: expect.stringMatching(/\/cart$/),
      referrer: pages[0]?.url,
    });
  });
});

describe('storage that is refused', () => {
  it('falls back to memory', async () => {
    const server = fakeServer(accepted);
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    analytics = createKafkaAnalytics();
    analytics.trackEvent('analytics.product_view', VIEW);
    const { sessionId } = analytics.getState();
    await vi.advanceTimersByTimeAsync(PAST_INTERVAL);
    expect(server.events()[0]?.sessionId).toBe(sessionId);
    vi.restoreAllMocks();
  });
});
