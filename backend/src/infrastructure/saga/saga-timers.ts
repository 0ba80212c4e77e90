import type { SagaEngine } from './saga-engine';
import type { SagaQueries } from './saga-queries';

export interface SagaTimersOptions {
  /** Longest pause between two looks, ms: other processes set deadlines that this one is not told of. */
  readonly lookEveryMs?: number;
  readonly onError: (error: unknown) => void;
}

const FIRST_PAUSE_AFTER_ERROR_MS = 200;
const LONGEST_PAUSE_AFTER_ERROR_MS = 5_000;

/**
 * Hands passed deadlines to the engine. Safe in several processes: each due saga is held by a row lock, and by the
 * database's clock only. An error pauses the loop and never ends it.
 */
export class SagaTimers {
  private stopped = false;
  private loop: Promise<void> | undefined;
  private wake: () => void = () => {};

  constructor(
    private readonly engine: Pick<SagaEngine, 'expireOne'>,
    private readonly queries: Pick<SagaQueries, 'untilNextDeadline'>,
    private readonly options: SagaTimersOptions,
  ) {}

  start(): void {
    this.loop ??= this.run();
  }

  /** Resolves when the deadline in work is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.loop;
  }

  private async run(): Promise<void> {
    const lookEveryMs = this.options.lookEveryMs ?? 1_000;
    let failures = 0;
    while (!this.stopped) {
      try {
        while (!this.stopped && (await this.engine.expireOne())) failures = 0;
        const wait = (await this.queries.untilNextDeadline()) ?? lookEveryMs;
        failures = 0;
        // A deadline that has passed but is not ours to take is held by another worker: look again soon.
        await this.pause(Math.min(Math.max(wait, 50), lookEveryMs));
      } catch (error) {
        this.options.onError(error);
        failures += 1;
        await this.pause(
          Math.min(LONGEST_PAUSE_AFTER_ERROR_MS, FIRST_PAUSE_AFTER_ERROR_MS * 2 ** (failures - 1)),
        );
      }
    }
  }

  private pause(ms: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
