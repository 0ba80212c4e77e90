import type { KafkaAnalyticsOptions } from './analytics.options';
import type { Loss } from './analytics.types';
import { byteLength, type EventQueue, type QueuedEvent } from './event-queue';
import { postBatch, type PostOutcome } from './post-batch';

const ENVELOPE_BYTES = 256;

export interface BatchSenderOptions
  extends Required<
    Pick<
      KafkaAnalyticsOptions,
      | 'endpoint'
      | 'writeKey'
      | 'flushAt'
      | 'maxBatchBytes'
      | 'retryBaseMs'
      | 'retryMaxMs'
      | 'maxAgeMs'
      | 'requestTimeoutMs'
    >
  > {
  readonly queue: EventQueue;
  readonly onLoss: (loss: Loss) => void;
  readonly onChange: () => void;
}

export interface BatchSender {
  /** Sends what was queued at the call, one request at a time, unless a back-off is running. */
  flush(): Promise<void>;
  /** The network is back: the next flush need not wait for the back-off. */
  resetBackOff(): void;
  /** Hands everything that is not already under way to the browser, for a page that goes. */
  beacon(): void;
  inFlight(): number;
  lastError(): string | null;
  close(): void;
}

export function createBatchSender(options: BatchSenderOptions): BatchSender {
  const { queue } = options;
  let sending: Promise<void> | null = null;
  let underWay: readonly QueuedEvent[] = [];
  let failures = 0;
  let batchCount = options.flushAt;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let lastError: string | null = null;
  let closed = false;

  const bodyOf = (events: readonly QueuedEvent[]): string =>
    `{"batch":[${events.map((event) => event.json).join(',')}],"sentAt":${JSON.stringify(new Date().toISOString())},"writeKey":${JSON.stringify(options.writeKey)}}`;

  const nextBatch = (): QueuedEvent[] =>
    queue.head({ count: batchCount, bytes: options.maxBatchBytes - ENVELOPE_BYTES });

  const sendOne = async (): Promise<boolean> => {
    const batch = nextBatch();
    if (batch.length === 0) return false;
    underWay = batch;
    options.onChange();
    const body = bodyOf(batch);
    const keepalive = byteLength(body) <= options.maxBatchBytes;
    const { endpoint, requestTimeoutMs: timeoutMs } = options;
    const outcome = await postBatch({ endpoint, body, timeoutMs, keepalive });
    underWay = [];
    return settle(batch, outcome);
  };

  /** True when the next batch may follow at once. */
  const settle = (batch: readonly QueuedEvent[], outcome: PostOutcome): boolean => {
    if (outcome.kind === 'retry') {
      backOff(outcome);
      return false;
    }
    failures = 0;
    if (outcome.kind === 'too-large' && batch.length > 1) {
      batchCount = Math.ceil(batch.length / 2);
      return true;
    }
    queue.remove(batch);
    batchCount = options.flushAt;
    if (outcome.kind === 'accepted') {
      lastError = null;
      for (const { code, message } of outcome.rejected) {
        lastError = code;
        options.onLoss({ reason: 'rejected', count: 1, detail: `${code}: ${message}` });
      }
    } else {
      lastError = outcome.kind === 'refused' ? outcome.detail : 'HTTP 413';
      const reason = outcome.kind === 'refused' ? 'refused' : 'too-large';
      options.onLoss({ reason, count: batch.length, detail: lastError });
    }
    options.onChange();
    return true;
  };

  const backOff = ({ detail, afterMs }: { readonly detail: string; readonly afterMs?: number }): void => {
    lastError = detail;
    const ceiling = Math.min(options.retryMaxMs, options.retryBaseMs * 2 ** failures);
    failures += 1;
    queue.persist();
    if (!closed) {
      retryTimer = setTimeout(
        () => {
          retryTimer = undefined;
          void flush();
        },
        afterMs ?? Math.random() * ceiling,
      );
    }
    options.onChange();
  };

  const drain = async (): Promise<void> => {
    queue.expire(options.maxAgeMs);
    let remaining = queue.size();
    while (remaining > 0 && !closed) {
      const before = queue.size();
      if (!(await sendOne())) return;
      remaining -= Math.max(0, before - queue.size());
    }
  };

  const flush = async (): Promise<void> => {
    if (closed || retryTimer !== undefined) return;
    if (sending) {
      await sending;
      if (queue.size() > 0 && retryTimer === undefined) await flush();
      return;
    }
    sending = drain().finally(() => {
      sending = null;
      options.onChange();
    });
    await sending;
  };

  return {
    flush,
    resetBackOff: () => {
      clearTimeout(retryTimer);
      retryTimer = undefined;
      failures = 0;
    },
    beacon: () => {
      if (typeof navigator.sendBeacon !== 'function' || navigator.onLine === false) return;
      const ids = new Set(underWay.map((event) => event.messageId));
      const waiting = queue
        .head({ count: Infinity, bytes: Infinity })
        .filter((event) => !ids.has(event.messageId));
      for (let batch = fitting(waiting); batch.length > 0; batch = fitting(waiting)) {
        if (!navigator.sendBeacon(options.endpoint, bodyOf(batch))) return;
        queue.remove(batch);
        waiting.splice(0, batch.length);
      }
      options.onChange();
    },
    inFlight: () => underWay.length,
    lastError: () => lastError,
    close: () => {
      closed = true;
      clearTimeout(retryTimer);
    },
  };

  function fitting(events: readonly QueuedEvent[]): QueuedEvent[] {
    let used = ENVELOPE_BYTES;
    const end = events.findIndex((event) => (used += event.bytes + 1) > options.maxBatchBytes);
    return end === -1 ? events.slice() : events.slice(0, end);
  }
}
