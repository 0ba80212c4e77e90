/** How many transactions the subscriptions of one service have under way together; each holds a connection. */
export class TransactionSlots {
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

  async take(): Promise<void> {
    for (;;) {
      const free = await new Promise<boolean>((resolve) => {
        if (this.tryTake(() => resolve(false))) resolve(true);
      });
      if (free) return;
    }
  }

  give(): void {
    this.taken -= 1;
    const [next] = this.waiting;
    if (!next) return;
    this.waiting.delete(next);
    next();
  }
}
