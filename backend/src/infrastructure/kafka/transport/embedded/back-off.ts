const FIRST_MS = 50;
const LONGEST_MS = 2_000;

/** Doubling waits, bounded; half of each is random. */
export class BackOff {
  private failures = 0;

  next(): number {
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures);
    this.failures += 1;
    return ceiling / 2 + (Math.random() * ceiling) / 2;
  }

  reset(): void {
    this.failures = 0;
  }
}
