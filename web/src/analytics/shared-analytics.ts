import type { KafkaAnalyticsOptions } from './analytics.options';
import type { KafkaAnalytics } from './analytics.types';
import { createKafkaAnalytics } from './create-kafka-analytics';

const nothing = (): void => {};
const FIRST_STATE = {
  queued: 0,
  inFlight: 0,
  lost: 0,
  lastError: null,
  consent: 'pending',
  anonymousId: '',
  sessionId: '',
} as const;

/** On the server nothing is tracked: a page that is rendered has not been seen yet. */
const serverAnalytics: KafkaAnalytics = Object.freeze<KafkaAnalytics>({
  trackEvent: () => '',
  trackPage: nothing,
  identify: nothing,
  reset: nothing,
  setConsent: nothing,
  flush: () => Promise.resolve(),
  getState: () => FIRST_STATE,
  subscribe: () => nothing,
  close: nothing,
});

let shared: KafkaAnalytics | undefined;
let configured: KafkaAnalyticsOptions = {};

/** Options of the page's tracker; to be called before its first use. */
export function configureKafkaAnalytics(options: KafkaAnalyticsOptions): void {
  if (shared) throw new Error('configureKafkaAnalytics() came after the first use of the tracker');
  configured = options;
}

/** The page's one tracker, made at its first use in a browser. */
export function sharedAnalytics(): KafkaAnalytics {
  if (typeof window === 'undefined') return serverAnalytics;
  shared ??= createKafkaAnalytics({ ...pageOptions(), ...configured });
  return shared;
}

/** Closes the page's tracker, so that the next use makes a new one. */
export function closeSharedAnalytics(): void {
  shared?.close();
  shared = undefined;
  configured = {};
}

/** The server that delivers the page knows the write key. */
function pageOptions(): KafkaAnalyticsOptions {
  const key = document.querySelector('meta[name="analytics-write-key"]')?.getAttribute('content');
  return key ? { writeKey: key } : {};
}
