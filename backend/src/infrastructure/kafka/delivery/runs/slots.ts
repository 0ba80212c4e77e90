/** So many at once; who comes later is asked again when one is free. */
export class Slots {
  private taken = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly most: number) {}

  /** False: none is free; `onFree` is called once when one may be. */
  tryTake(onFree: () => void): boolean {
    if (this.taken < this.most) {
      this.taken += 1;
      return true;
    }
    this.waiting.add(onFree);
    return false;
  }

  take(): Promise<void> {
    return new Promise((resolve) => {
      const attempt = () => {
        if (this.tryTake(attempt)) resolve();
      };
      attempt();
    });
  }

  /** Whoever waits is asked in turn, since one may want none any more. */
  give(): void {
    this.taken -= 1;
    for (const next of [...this.waiting]) {
      if (this.taken >= this.most) return;
      this.waiting.delete(next);
      next();
    }
  }
}
