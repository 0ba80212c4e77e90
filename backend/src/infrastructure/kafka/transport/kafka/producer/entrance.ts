import { LogUnavailableError } from '../../transport.errors';

/** Lets calls in one after the other, also where the first of them has to prepare something first. */
export class Entrance {
  #last: Promise<unknown> | undefined;

  async pass(isReady: () => boolean, prepare: () => Promise<void>): Promise<void> {
    const before = this.#last;
    if (!before && isReady()) return;
    const entered = (before ?? Promise.resolve()).then(prepare);
    // A call that failed to enter does not keep out the next.
    const over = entered.catch(() => undefined);
    this.#last = over;
    try {
      await entered;
    } finally {
      if (this.#last === over) this.#last = undefined;
    }
  }
}

/** Bounds the bytes that wait for the brokers. */
export class Room {
  readonly #bytes: number;
  #used = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get isThere(): boolean {
    return this.#used < this.#bytes;
  }

  take(bytes: number): void {
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
    this.look();
  }

  /** Wakes who waits, for room or for the end of their time. */
  look(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Rejects when there is none until `deadline`, of `performance.now()`. */
  async until(deadline: number): Promise<void> {
    while (!this.isThere) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (!this.isThere && performance.now() > deadline) {
        throw new LogUnavailableError('Too many records wait for Kafka already.');
      }
    }
  }
}
