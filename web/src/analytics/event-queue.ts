import type { Loss } from './analytics.types';
import { holdLock, whenAbandoned } from './page-lock';
import type { KeyValueStorage } from './storage';
import { uuidV7 } from './uuid-v7';

const QUEUE_PREFIX = 'shop-analytics:queue:';
const PERSIST_DELAY_MS = 250;
/** Without locks: longer than the longest back-off, after which a living page has written its queue again. */
const ORPHAN_AFTER_MS = 90_000;

/** An event is kept as its JSON, so that a later change of the caller's object cannot reach it. */
export interface QueuedEvent {
  readonly messageId: string;
  readonly queuedAt: number;
  readonly json: string;
  readonly bytes: number;
}

interface StoredQueue {
  /** 0 when its page has gone and said so. */
  readonly at: number;
  readonly events: readonly [messageId: string, queuedAt: number, json: string][];
}

export interface EventQueue {
  size(): number;
  add(event: Pick<QueuedEvent, 'messageId' | 'json'>): void;
  /** The oldest events that fit, at least one when there is any. */
  head(limits: { readonly count: number; readonly bytes: number }): QueuedEvent[];
  remove(events: readonly QueuedEvent[]): void;
  expire(maxAgeMs: number): void;
  clear(): void;
  /** Takes over what pages that are gone have left. */
  adopt(): Promise<void>;
  /** Writes the queue; `release` offers it to the next page. */
  persist(options?: { readonly release: boolean }): void;
  /** After a return from the browser's page cache: another page may have taken the queue over. */
  restore(): void;
}

export interface EventQueueOptions {
  readonly storage: () => KeyValueStorage;
  readonly maxQueue: number;
  readonly onLoss: (loss: Loss) => void;
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Each page keeps a queue of its own in storage, so that two tabs never overwrite each other. */
export function createEventQueue({ storage, maxQueue, onLoss }: EventQueueOptions): EventQueue {
  const key = QUEUE_PREFIX + uuidV7();
  let letGo = holdLock(key);
  let events: QueuedEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const persist: EventQueue['persist'] = ({ release } = { release: false }) => {
    clearTimeout(timer);
    timer = undefined;
    if (release) letGo();
    if (events.length === 0) return storage().removeItem(key);
    const stored: StoredQueue = {
      at: release ? 0 : Date.now(),
      events: events.map(({ messageId, queuedAt, json }) => [messageId, queuedAt, json]),
    };
    storage().setItem(key, JSON.stringify(stored));
  };
  const changed = (): void => {
    timer ??= setTimeout(persist, PERSIST_DELAY_MS);
  };
  const bound = (): void => {
    const excess = events.length - maxQueue;
    if (excess <= 0) return;
    events = events.slice(excess);
    onLoss({ reason: 'overflow', count: excess });
  };

  const take = (other: string): void => {
    const left = readQueue(storage().getItem(other))?.events ?? [];
    storage().removeItem(other);
    if (left.length === 0) return;
    const adopted = left.map(([messageId, queuedAt, json]) => ({
      messageId,
      queuedAt,
      json,
      bytes: byteLength(json),
    }));
    events = [...adopted, ...events].toSorted((a, b) => a.queuedAt - b.queuedAt);
    bound();
    persist();
  };

  return {
    size: () => events.length,
    add: ({ messageId, json }) => {
      events.push({ messageId, json, queuedAt: Date.now(), bytes: byteLength(json) });
      bound();
      changed();
    },
    head: ({ count, bytes }) => {
      let used = 0;
      const end = events.findIndex((event, index) => {
        used += event.bytes + 1;
        return index === count || (index > 0 && used > bytes);
      });
      return end === -1 ? events.slice() : events.slice(0, end);
    },
    remove: (gone) => {
      const ids = new Set(gone.map((event) => event.messageId));
      events = events.filter((event) => !ids.has(event.messageId));
      if (events.length === 0) persist();
      else changed();
    },
    expire: (maxAgeMs) => {
      const young = events.filter((event) => Date.now() - event.queuedAt <= maxAgeMs);
      const count = events.length - young.length;
      if (count === 0) return;
      events = young;
      onLoss({ reason: 'expired', count });
      changed();
    },
    clear: () => {
      events = [];
      persist();
    },
    adopt: async () => {
      const others = storage()
        .keys()
        .filter((other) => other.startsWith(QUEUE_PREFIX) && other !== key);
      for (const other of others) {
        await whenAbandoned(
          other,
          () => isOrphan(readQueue(storage().getItem(other))),
          () => take(other),
        );
      }
    },
    persist,
    restore: () => {
      letGo = holdLock(key);
      if (events.length > 0 && storage().getItem(key) === null) events = [];
      persist();
    },
  };
}

const isOrphan = (queue: StoredQueue | null): boolean =>
  queue === null || queue.at === 0 || Date.now() - queue.at >= ORPHAN_AFTER_MS;

function readQueue(text: string | null): StoredQueue | null {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<StoredQueue> | null;
    if (typeof value?.at !== 'number' || !Array.isArray(value.events)) return null;
    return { at: value.at, events: value.events };
  } catch {
    return null;
  }
}
