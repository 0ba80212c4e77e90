import { BackOff } from './back-off';

export interface RecurringOptions {
  readonly everyMs: () => number;
  readonly work: () => Promise<void>;
  /** The work failed; it is tried again after a back-off. */
  readonly failed: (error: unknown) => void;
}

/** Runs work again and again, never two at once. `soon` asks for a run now, or right after the one under way. */
export class Recurring {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = true;
  private readonly backOff = new BackOff();

  constructor(private readonly options: RecurringOptions) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.schedule(this.options.everyMs());
  }

  /** Resolves when a run that began after this call has ended, well or not. */
  async soon(): Promise<void> {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      await this.running;
      await this.running;
      return;
    }
    await this.run();
  }

  /** Waits for the run under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.run(), ms);
  }

  private run(): Promise<void> {
    this.running ??= this.runOnce();
    return this.running;
  }

  private async runOnce(): Promise<void> {
    clearTimeout(this.timer);
    this.again = false;
    let next: number;
    try {
      await this.options.work();
      this.backOff.reset();
      next = this.options.everyMs();
    } catch (error) {
      this.options.failed(error);
      next = this.backOff.next();
    }
    this.running = undefined;
    if (this.again && !this.stopped) void this.run();
    else this.schedule(next);
  }
}
