import { inspect } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import type { ObservedOutcome, OutcomeObserver } from '@/infrastructure/kafka/delivery/outcome-observer';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { OutcomeNotSeenError } from './testing.errors';

/** An application, or the module's part of one. */
export type ProbeSource =
  | INestApplicationContext
  | KafkaRuntimes
  | { readonly outcomes: Pick<OutcomeObserver, 'on'> };

export interface ProbeOptions {
  /** Outcomes remembered, the latest ones; default 10,000. */
  readonly keep?: number;
}

/** What is not said may be anything. */
export type WantedOutcome = Partial<
  Pick<ObservedOutcome, 'group' | 'handler' | 'topic' | 'eventType' | 'key' | 'outcome' | 'attempt'>
>;

export interface WaitOptions {
  /** Default 5,000 ms. */
  readonly withinMs?: number;
  /** So many of them, those from before the call included; default 1. */
  readonly times?: number;
}

interface Waiting {
  readonly look: () => boolean;
}

const DEFAULT_WITHIN_MS = 5_000;
const DEFAULT_KEEP = 10_000;
const SHOWN = 10;

/**
 * Remembers what became of each event at each handler, and waits for it: `await probe.waitFor({ handler: 'ledger',
 * key: 'north', outcome: 'handled' })`. What came before the wait counts, so there is no race with the publish.
 */
export class HandlerProbe {
  private readonly seen: ObservedOutcome[] = [];
  private readonly waiting = new Set<Waiting>();
  private readonly stops: readonly (() => void)[];
  private readonly keep: number;

  private constructor(
    observers: readonly Pick<OutcomeObserver, 'on'>[],
    { keep = DEFAULT_KEEP }: ProbeOptions,
  ) {
    this.keep = keep;
    this.stops = observers.map((observer) => observer.on((outcome) => this.note(outcome)));
  }

  /** Listens from here on to everything the source delivers. */
  static attach(source: ProbeSource, options: ProbeOptions = {}): HandlerProbe {
    return new HandlerProbe(observersOf(source), options);
  }

  /** What was seen so far, in order. */
  outcomes(wanted: WantedOutcome = {}): readonly ObservedOutcome[] {
    return this.seen.filter((outcome) => fits(outcome, wanted));
  }

  /** Answers the outcome that fulfilled the wait. Rejects with `OutcomeNotSeenError`, which shows what was seen. */
  async waitFor(wanted: WantedOutcome, options: WaitOptions = {}): Promise<ObservedOutcome> {
    const { withinMs = DEFAULT_WITHIN_MS, times = 1 } = options;
    const found = Promise.withResolvers<ObservedOutcome>();
    const waiting: Waiting = {
      look: () => {
        const outcome = this.outcomes(wanted)[times - 1];
        if (outcome !== undefined) found.resolve(outcome);
        return outcome !== undefined;
      },
    };
    if (waiting.look()) return found.promise;
    this.waiting.add(waiting);
    const timer = setTimeout(() => found.reject(this.notSeen(wanted, times, withinMs)), withinMs);
    try {
      return await found.promise;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(waiting);
    }
  }

  /** Answers the next outcome, whatever it is. Rejects like `waitFor`. */
  waitForAny(withinMs = DEFAULT_WITHIN_MS): Promise<ObservedOutcome> {
    return this.waitFor({}, { withinMs, times: this.seen.length + 1 });
  }

  /** Forgets what was seen. */
  clear(): void {
    this.seen.length = 0;
  }

  /** Stops listening. Idempotent. */
  detach(): void {
    for (const stop of this.stops) stop();
  }

  private note(outcome: ObservedOutcome): void {
    this.seen.push(outcome);
    if (this.seen.length > this.keep) this.seen.shift();
    for (const waiting of this.waiting) if (waiting.look()) this.waiting.delete(waiting);
  }

  private notSeen(wanted: WantedOutcome, times: number, withinMs: number): OutcomeNotSeenError {
    const count = this.outcomes(wanted).length;
    const last = this.seen.slice(-SHOWN).map(asLine);
    return new OutcomeNotSeenError(
      `Waited ${withinMs} ms for ${inspect(wanted)}, ${times} times; saw it ${count} times. ` +
        `${this.seen.length} outcomes were seen${last.length > 0 ? `, the last ones:\n${last.join('\n')}` : '.'}`,
    );
  }
}

function observersOf(source: ProbeSource): readonly Pick<OutcomeObserver, 'on'>[] {
  if ('outcomes' in source) return [source.outcomes];
  const runtimes = source instanceof KafkaRuntimes ? source : source.get(KafkaRuntimes, { strict: false });
  return runtimes.all().map(({ outcomes }) => outcomes);
}

function fits(outcome: ObservedOutcome, wanted: WantedOutcome): boolean {
  return Object.entries(wanted).every(([name, value]) => outcome[name as keyof WantedOutcome] === value);
}

function asLine(outcome: ObservedOutcome): string {
  const { handler, eventType, key, topic, partition, offset, attempt, error } = outcome;
  const why = error === undefined ? '' : ` (${error instanceof Error ? error.message : inspect(error)})`;
  const place = `${topic}/${partition}@${offset}`;
  return `  ${handler} ${outcome.outcome} ${eventType} ${key ?? 'without key'} ${place}, run ${attempt}${why}`;
}
