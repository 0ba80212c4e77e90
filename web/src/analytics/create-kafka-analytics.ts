import { ANALYTICS_DEFAULTS, type KafkaAnalyticsOptions } from './analytics.options';
import type {
  AnalyticsEventName,
  AnalyticsProperties,
  AnalyticsState,
  Consent,
  KafkaAnalytics,
  Loss,
  TrackedEvent,
  TrackOptions,
} from './analytics.types';
import { createBatchSender } from './batch-sender';
import { byteLength, createEventQueue } from './event-queue';
import { createIdentity } from './identity';
import { browserStorage, memoryStorage } from './storage';
import { createTokenBucket } from './token-bucket';
import { uuidV7 } from './uuid-v7';

/** The tracker of one page; needs a browser, but no framework. */
export function createKafkaAnalytics(given: KafkaAnalyticsOptions = {}): KafkaAnalytics {
  const options = { ...ANALYTICS_DEFAULTS, ...given };
  const listeners = new Set<() => void>();
  const bucket = createTokenBucket(options.rateLimit, options.burst);
  const memory = memoryStorage();
  const lasting = given.storage ?? browserStorage();
  let consent: Consent = given.consent ?? (signalsPrivacy(options) ? 'denied' : 'granted');
  let userId: string | undefined;
  let lastPage: string | undefined;
  let lost = 0;
  let flushTimer: ReturnType<typeof setTimeout> | undefined;
  let snapshot: AnalyticsState | null = null;

  const changed = (): void => {
    snapshot = null;
    for (const listener of listeners) listener();
  };
  const onLoss = (loss: Loss): void => {
    lost += loss.count;
    options.onLoss?.(loss);
    changed();
  };
  const storage = () => (consent === 'granted' ? lasting : memory);
  const identity = createIdentity(storage);
  const queue = createEventQueue({ storage, maxQueue: options.maxQueue, onLoss });
  const sender = createBatchSender({ ...options, queue, onLoss, onChange: changed });

  const flush = (): Promise<void> => {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    return consent === 'granted' ? sender.flush() : Promise.resolve();
  };
  const scheduleFlush = (immediate: boolean): void => {
    if (consent !== 'granted') return;
    if (immediate || queue.size() - sender.inFlight() >= options.flushAt) void flush();
    else flushTimer ??= setTimeout(() => void flush(), options.flushIntervalMs);
  };

  const enqueue = (type: string, properties: object, track: TrackOptions = {}): string => {
    const messageId = track.messageId ?? uuidV7();
    if (consent === 'denied') return messageId;
    if (!bucket.take()) {
      onLoss({ reason: 'throttled', count: 1, detail: type });
      return messageId;
    }
    const json = serialize(() => ({
      type,
      messageId,
      timestamp: new Date(track.timestamp ?? Date.now()).toISOString(),
      anonymousId: identity.anonymousId(),
      sessionId: identity.sessionId(),
      ...(userId === undefined ? {} : { userId }),
      properties: properties as Readonly<Record<string, unknown>>,
    }));
    if (json === null || byteLength(json) > options.maxBatchBytes - 512) {
      onLoss({ reason: json === null ? 'unserializable' : 'too-large', count: 1, detail: type });
      return messageId;
    }
    queue.add({ messageId, json });
    scheduleFlush(track.immediate ?? false);
    changed();
    return messageId;
  };

  const onHidden = (): void => {
    if (document.visibilityState !== 'hidden') return;
    queue.persist();
    void flush();
  };
  const onPageHide = (): void => {
    if (consent === 'granted') sender.beacon();
    queue.persist({ release: true });
  };
  const onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) queue.restore();
  };
  const onOnline = (): void => {
    sender.resetBackOff();
    void flush();
  };
  document.addEventListener('visibilitychange', onHidden);
  window.addEventListener('pagehide', onPageHide);
  window.addEventListener('pageshow', onPageShow);
  window.addEventListener('online', onOnline);

  if (consent === 'granted') {
    void queue.adopt().then(() => {
      if (queue.size() > 0) scheduleFlush(false);
    });
  }

  return {
    trackEvent: <T extends AnalyticsEventName>(
      name: T,
      properties: AnalyticsProperties<T>,
      track?: TrackOptions,
    ): string => enqueue(name, properties, track),
    trackPage: (name) => {
      const { href } = window.location;
      if (href === lastPage) return;
      const referrer = lastPage ?? document.referrer;
      lastPage = href;
      const title = name ?? document.title;
      enqueue('analytics.page_view', { url: href, title, ...(referrer === '' ? {} : { referrer }) });
    },
    identify: (id) => {
      userId = id;
    },
    reset: () => {
      userId = undefined;
      identity.reset();
      changed();
    },
    setConsent: (next) => {
      if (next === consent) return;
      if (next === 'denied') {
        queue.clear();
        identity.reset();
      } else if (next === 'granted') {
        for (const key of memory.keys()) {
          if (lasting.getItem(key) === null) lasting.setItem(key, memory.getItem(key) ?? '');
        }
      }
      consent = next;
      queue.persist();
      if (queue.size() > 0) scheduleFlush(false);
      changed();
    },
    flush,
    getState: () =>
      (snapshot ??= {
        queued: queue.size(),
        inFlight: sender.inFlight(),
        lost,
        lastError: sender.lastError(),
        consent,
        anonymousId: consent === 'denied' ? '' : identity.anonymousId(),
        sessionId: consent === 'denied' ? '' : identity.sessionId(),
      }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      clearTimeout(flushTimer);
      sender.close();
      queue.persist({ release: true });
      document.removeEventListener('visibilitychange', onHidden);
      window.removeEventListener('pagehide', onPageHide);
      window.removeEventListener('pageshow', onPageShow);
      window.removeEventListener('online', onOnline);
    },
  };
}

function signalsPrivacy(options: Pick<KafkaAnalyticsOptions, 'respectGlobalPrivacyControl'>): boolean {
  const signal = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
  return signal && options.respectGlobalPrivacyControl !== false;
}

/** A circular value, a BigInt or an invalid date is the caller's fault, but must not break its page. */
function serialize(event: () => TrackedEvent): string | null {
  try {
    return JSON.stringify(event());
  } catch {
    return null;
  }
}
