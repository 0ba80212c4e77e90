import { fullJitter } from '@/infrastructure/concurrency/back-off';
import type { Stop } from '@/infrastructure/concurrency/stop';
import type { Logger } from '@/infrastructure/observability/logger';

const BACK_OFF = { firstMs: 100, longestMs: 5_000 };
/** A failure that long after the last one begins a new outage. */
const FORGET_MS = 10_000;

/** Waiting for what everybody needs, together: one pause for all that fail meanwhile. */
export class Outage {
  private failures = 0;
  private ended = Number.NEGATIVE_INFINITY;
  private pause: Promise<void> | undefined;

  constructor(
    private readonly stop: Stop,
    private readonly logger: Logger,
  ) {}

  wait(cause: unknown): Promise<void> {
    this.pause ??= this.begin(cause).finally(() => {
      this.pause = undefined;
      this.ended = performance.now();
    });
    return this.pause;
  }

  private begin(cause: unknown): Promise<void> {
    this.failures = performance.now() - this.ended > FORGET_MS ? 1 : this.failures + 1;
    const delay = fullJitter(BACK_OFF, this.failures, Math.random());
    this.logger.warn(
      { err: cause, delay, failures: this.failures },
      'events wait: what they need does not answer',
    );
    return this.stop.wait(delay);
  }
}
