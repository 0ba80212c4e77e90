import { Stop } from '@/infrastructure/concurrency/stop';

export interface PeriodicWorkOptions {
  readonly work: () => Promise<void>;
  /** Between two runs, and before the first; more where a run takes long, so that it costs a twentieth at most. */
  readonly everyMs: number;
  /** The run failed; the next one comes at its time. */
  readonly failed: (error: unknown) => void;
}

const LEAST_REST = 20;

/** Runs work again and again, one after the other, until it is stopped. */
export class PeriodicWork {
  private readonly stopped = new Stop();
  private running: Promise<void> | undefined;

  constructor(private readonly options: PeriodicWorkOptions) {}

  start(): void {
    this.running ??= this.loop();
  }

  /** Waits for the run under way. */
  async stop(): Promise<void> {
    this.stopped.request();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { everyMs, work, failed } = this.options;
    let restMs = everyMs;
    for (;;) {
      await this.stopped.wait(restMs);
      if (this.stopped.requested) return;
      const began = performance.now();
      await work().catch(failed);
      restMs = Math.max(everyMs, LEAST_REST * (performance.now() - began));
    }
  }
}
