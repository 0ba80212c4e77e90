import type { Consent, Loss } from './analytics.types';
import type { KeyValueStorage } from './storage';

export interface KafkaAnalyticsOptions {
  /** Where batches go; same origin by default. */
  readonly endpoint?: string;
  readonly writeKey?: string;
  /** Events that fill a batch and send it at once. */
  readonly flushAt?: number;
  /** Longest wait of an event for its batch, in milliseconds. */
  readonly flushIntervalMs?: number;
  /** Bytes of one batch; browsers allow 64 KB for requests that outlive their page. */
  readonly maxBatchBytes?: number;
  /** Events kept while the server is away; beyond it the oldest is dropped and counted. */
  readonly maxQueue?: number;
  /** First delay after a failed attempt; doubles with full jitter up to `retryMaxMs`. */
  readonly retryBaseMs?: number;
  readonly retryMaxMs?: number;
  /** An event older than this is dropped and counted, in milliseconds. */
  readonly maxAgeMs?: number;
  readonly requestTimeoutMs?: number;
  /** Events per second after a burst of `burst`; beyond it they are dropped and counted. */
  readonly rateLimit?: number;
  readonly burst?: number;
  /** `granted` by default, unless the browser sends a global privacy control signal. */
  readonly consent?: Consent;
  readonly respectGlobalPrivacyControl?: boolean;
  /** localStorage by default, memory where that is refused. */
  readonly storage?: KeyValueStorage;
  /** Told of every event that will not arrive. */
  readonly onLoss?: (loss: Loss) => void;
}

export const ANALYTICS_DEFAULTS = {
  endpoint: '/v1/analytics/batch',
  writeKey: 'dev-write-key',
  flushAt: 20,
  flushIntervalMs: 3_000,
  maxBatchBytes: 51_200,
  maxQueue: 1_000,
  retryBaseMs: 1_000,
  retryMaxMs: 60_000,
  maxAgeMs: 12 * 3_600_000,
  requestTimeoutMs: 15_000,
  rateLimit: 10,
  burst: 100,
  respectGlobalPrivacyControl: true,
} as const satisfies KafkaAnalyticsOptions;
