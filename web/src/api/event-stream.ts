import { authorization } from './http-client';
import { problemOf, ProblemError } from './problem';
import { createSseParser, type SseMessage } from './sse-parser';

export type StreamState = 'connecting' | 'open' | 'waiting' | 'closed';

export interface EventStreamOptions {
  readonly url: string;
  readonly onMessage: (message: SseMessage) => void;
  readonly onState?: (state: StreamState) => void;
  /** An answer that another attempt would not change, such as 401 or 404. */
  readonly onRefused?: (error: ProblemError) => void;
  readonly retryBaseMs?: number;
  readonly retryMaxMs?: number;
  /** Without a byte for so long the connection counts as dead. */
  readonly idleMs?: number;
}

const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 15_000;
const IDLE_MS = 60_000;

/** Server-sent events over fetch, because EventSource cannot send a bearer token. Returns the closing function. */
export function openEventStream(options: EventStreamOptions): () => void {
  const closing = new AbortController();
  let lastEventId = '';
  let retryBaseMs = options.retryBaseMs ?? RETRY_BASE_MS;
  let failures = 0;

  const state = (next: StreamState): void => {
    if (!closing.signal.aborted || next === 'closed') options.onState?.(next);
  };
  const parser = () =>
    createSseParser({
      onMessage: (message) => {
        if (closing.signal.aborted) return;
        if (message.lastEventId !== '') lastEventId = message.lastEventId;
        options.onMessage(message);
      },
      onRetry: (milliseconds) => {
        retryBaseMs = milliseconds;
      },
    });

  /** Reads until the connection ends; false when it need not be opened again. */
  const connect = async (): Promise<boolean> => {
    const attempt = new AbortController();
    const idle = watchdog(options.idleMs ?? IDLE_MS, () => attempt.abort());
    try {
      const response = await fetch(options.url, {
        signal: AbortSignal.any([closing.signal, attempt.signal]),
        cache: 'no-store',
        headers: {
          accept: 'text/event-stream',
          ...authorization(),
          ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
        },
      });
      if (response.status === 204) return false;
      if (!response.ok) return refused(await problemOf(response));
      if (!response.body) return true;
      state('open');
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const { push } = parser();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        failures = 0;
        idle.touch();
        push(part.value);
      }
      return true;
    } finally {
      idle.stop();
    }
  };

  const refused = (error: ProblemError): boolean => {
    if (error.status >= 500 || error.status === 408 || error.status === 429) return true;
    options.onRefused?.(error);
    return false;
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      state('connecting');
      // A broken connection is what the loop is for; the next attempt continues after the last id.
      const again = await connect().catch(() => true);
      if (!again || closing.signal.aborted) break;
      state('waiting');
      const ceiling = Math.min(options.retryMaxMs ?? RETRY_MAX_MS, retryBaseMs * 2 ** failures);
      failures += 1;
      await delay(ceiling / 2 + (Math.random() * ceiling) / 2, closing.signal);
    }
    state('closed');
  };

  void run();
  return () => closing.abort();
}

function watchdog(milliseconds: number, onIdle: () => void): { touch(): void; stop(): void } {
  let timer = setTimeout(onIdle, milliseconds);
  return {
    touch: () => {
      clearTimeout(timer);
      timer = setTimeout(onIdle, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
