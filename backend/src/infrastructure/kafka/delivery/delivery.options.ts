import { z } from 'zod';

/** A class of errors, or the stable `code` of one. */
export type ErrorKind = string | (abstract new (...parts: never[]) => unknown);

const errorKinds = z.array(z.custom<ErrorKind>((kind) => ['string', 'function'].includes(typeof kind)));

const milliseconds = (least: number, most: number) => z.int().min(least).max(most);
const MINUTE = 60_000;
const DAY = 86_400_000;

export const retryFields = z.strictObject({
  /** Runs of one event by one handler before it is dead, the first included. */
  attempts: z.int().min(1).max(1_000).default(10),
  /** The longest wait before the second run; each later one may be twice as long. */
  firstDelayMs: milliseconds(1, 10 * MINUTE).default(200),
  /** No wait is longer. */
  longestDelayMs: milliseconds(1, DAY).default(5 * MINUTE),
  /** Where given, only these are run again; anything else is dead at once. Default: everything is run again. */
  retryable: errorKinds.optional(),
  /** These are dead at once. */
  fatal: errorKinds.default([]),
});

/**
 * How often a failing event is run, and when. The wait before run n+1 is anything from 0 to
 * `firstDelayMs` * 2^(n-1), at most `longestDelayMs` (full jitter).
 */
export const retryOptions = retryFields.refine(
  ({ firstDelayMs, longestDelayMs }) => firstDelayMs <= longestDelayMs,
  {
    path: ['longestDelayMs'],
    message: 'must not be less than firstDelayMs',
  },
);

interface OpenTimes {
  readonly openMs: number;
  readonly longestOpenMs: number;
}

const refuseLongerFirst: z.core.CheckFn<OpenTimes> = ({ value, issues }) => {
  if (value.openMs <= value.longestOpenMs) return;
  const message = 'must not be less than openMs';
  issues.push({ code: 'custom', input: value, path: ['longestOpenMs'], message });
};

export const breakerFields = z.strictObject({
  /** So many in a row open it; a run that succeeds begins the count anew. */
  failures: z.int().min(1).max(1_000).default(5),
  /** How long it is open at first; doubled each time the one event that is let through then fails as well. */
  openMs: milliseconds(10, 10 * MINUTE).default(1_000),
  /** It is never open for longer without letting an event through. */
  longestOpenMs: milliseconds(10, 60 * MINUTE).default(30_000),
  /** What counts as a dependency's failure besides `DependencyError`. */
  dependencyErrors: errorKinds.default([]),
});

/** A breaker opens after failures in a row that were classed as a dependency's. */
export const breakerOptions = breakerFields.check(refuseLongerFirst);

/** Of an outgoing dependency's breaker; the caller classes its failures. */
export const dependencyBreakerOptions = breakerFields
  .omit({ dependencyErrors: true })
  .check(refuseLongerFirst);

/** What a handler may say about its own delivery. Units are in the names; bounds are checked at registration. */
export const handlerDeliveryOptions = z.strictObject({
  /** How often a failing event is run, and when. */
  retry: retryOptions.prefault({}),
  /** Of one run, its transaction included. */
  timeoutMs: milliseconds(10, 60 * MINUTE).default(10_000),
  /** After a death: `wait` holds the later events of the key until a person decides, `flow` lets them run. */
  onDead: z.enum(['wait', 'flow']).default('flow'),
  /** When events are held because a dependency is away. */
  breaker: breakerOptions.prefault({}),
});

/** How one process delivers, by subscription (group, topic) where nothing else is said. */
export const deliveryOptions = z.strictObject({
  /** Lanes of one subscription (group, topic) with a run outside a shared transaction under way. */
  concurrency: z.int().min(1).max(10_000).default(256),
  /** Transactions of all subscriptions of the module under way, each on a connection of the pool. */
  transactions: z.int().min(1).max(64).default(4),
  /** Events that share a transaction where the load is high; one alone never waits for a second. */
  eventsPerTransaction: z.int().min(1).max(1_000).default(100),
  /** Events that a group has read ahead in this process, over its partitions; each gets 256 KiB to 4 MiB of it. */
  bufferBytes: z.int().min(65_536).max(2_147_483_648).default(16_777_216),
  /** Parked events of one key; beyond them the partition pauses. */
  parkedPerKey: z.int().min(1).max(1_000_000).default(10_000),
  /** Parked events of one subscription (group, topic) over the partitions a process owns; beyond them they pause. */
  parkedPerSubscription: z.int().min(1).max(10_000_000).default(200_000),
  /** Parked heads released per second by a group in this process, so that an outage's end hurts nobody else. */
  releasesPerSecond: z.int().min(1).max(1_000_000).default(1_000),
  /** Runs under way get this long at a shutdown or when handlers are added; then they are left to the fence. */
  drainMs: milliseconds(0, 10 * MINUTE).default(10_000),
  /** How long the inbox remembers; raised to the longest retention of a subscribed topic plus a day. */
  inboxHorizonMs: milliseconds(MINUTE, 3_650 * DAY).default(14 * DAY),
});

export type RetryInput = z.input<typeof retryOptions>;
export type RetryOptions = z.output<typeof retryOptions>;
export type BreakerOptions = z.output<typeof breakerOptions>;
export type HandlerDeliveryOptions = z.output<typeof handlerDeliveryOptions>;
export type DeliveryOptions = z.output<typeof deliveryOptions>;
