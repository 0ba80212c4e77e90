/** At most so many works at a time, and at most so many waiting. */
export class Limiter {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly most: number,
    private readonly mostWaiting: number,
  ) {}

  /** Runs the works in the order of the calls. Throws what `refusal` makes when too many are waiting already. */
  async run<T>(work: () => Promise<T>, refusal: () => Error): Promise<T> {
    if (this.running >= this.most) {
      if (this.waiting.length >= this.mostWaiting) throw refusal();
      // Whoever ends hands the place on, so that nobody who calls later gets in between.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
