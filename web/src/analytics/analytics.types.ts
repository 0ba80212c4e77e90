import type { EventDataByType } from '@shop/contracts';

export type AnalyticsEventName = Extract<keyof EventDataByType, `analytics.${string}`>;

/** What the tracker knows by itself and adds to every event; callers may leave it out. */
export type TrackedContext = 'anonymousId' | 'sessionId' | 'userId' | 'messageId';

type OptionalKeys<T, K extends PropertyKey> = Omit<T, K> & Partial<Pick<T, Extract<keyof T, K>>>;

/** The properties of an event as its caller writes them, typed from the event contracts. */
export type AnalyticsProperties<T extends AnalyticsEventName> = OptionalKeys<
  EventDataByType[T],
  TrackedContext
>;

export interface TrackOptions {
  /** When it happened; now by default. */
  readonly timestamp?: Date | string;
  /** Identity of the event; a repeated one is counted once by the server. A UUIDv7 by default. */
  readonly messageId?: string;
  /** Send without waiting for a full batch or the interval. */
  readonly immediate?: boolean;
}

export interface TrackedEvent {
  readonly type: string;
  readonly messageId: string;
  readonly timestamp: string;
  readonly anonymousId: string;
  readonly sessionId: string;
  readonly userId?: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export type Consent = 'granted' | 'pending' | 'denied';

export type LossReason =
  | 'overflow'
  | 'expired'
  | 'refused'
  | 'rejected'
  | 'throttled'
  | 'too-large'
  | 'unserializable';

export interface Loss {
  readonly reason: LossReason;
  readonly count: number;
  readonly detail?: string;
}

export interface AnalyticsState {
  readonly queued: number;
  readonly inFlight: number;
  /** Events that will never arrive, for whatever reason. */
  readonly lost: number;
  readonly lastError: string | null;
  readonly consent: Consent;
  readonly anonymousId: string;
  readonly sessionId: string;
}

export interface KafkaAnalytics {
  /** Queues an event and returns its message id. Never throws and never waits for the network. */
  trackEvent<T extends AnalyticsEventName>(
    name: T,
    properties: AnalyticsProperties<T>,
    options?: TrackOptions,
  ): string;
  /** A page view of the current address; the same address in a row counts once. */
  trackPage(name?: string): void;
  /** Later events carry this user until `reset()`. */
  identify(userId: string): void;
  /** Forgets the user and starts a new visitor and session, as after a log-out. */
  reset(): void;
  /** `pending` keeps events in memory only, `denied` forgets them and stores nothing. */
  setConsent(consent: Consent): void;
  /** Resolves when everything queued at the call was answered, or the attempt failed and will be retried later. */
  flush(): Promise<void>;
  getState(): AnalyticsState;
  subscribe(listener: () => void): () => void;
  /** Stops timers and listeners; what is queued stays in storage for the next page. */
  close(): void;
}
