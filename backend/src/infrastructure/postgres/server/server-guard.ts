import { setTimeout as delay } from 'node:timers/promises';

export interface GuardOptions {
  /** True while the server's process lives. Asked once a second, so it must be cheap. */
  readonly lives: () => boolean;
  readonly revive: () => Promise<void>;
  readonly log: (message: string) => void;
}

const LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

/** Starts the server again when it was killed under us; the connections find it at its old address. */
export class ServerGuard {
  private readonly end = new AbortController();
  private readonly watching: Promise<void>;

  constructor(private readonly options: GuardOptions) {
    this.watching = this.watch();
  }

  async stop(): Promise<void> {
    this.end.abort();
    await this.watching;
  }

  private async watch(): Promise<void> {
    let wait = LOOK_MS;
    while (await this.waited(wait)) {
      if (this.options.lives()) continue;
      try {
        await this.options.revive();
        wait = LOOK_MS;
      } catch (error) {
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
        this.options.log(`PostgreSQL is gone and was not started again: ${String(error)}`);
      }
    }
  }

  private async waited(ms: number): Promise<boolean> {
    return delay(ms, true, { signal: this.end.signal, ref: false }).catch(() => false);
  }
}
