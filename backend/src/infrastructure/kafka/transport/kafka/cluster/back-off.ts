/** Doubling pauses between a first and a longest one, with jitter so that many clients do not come back at once. */
export class BackOff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #attempts = 0;

  constructor(firstMs = 50, longestMs = 1_000) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
  }

  get attempts(): number {
    return this.#attempts;
  }

  next(): number {
    const full = Math.min(this.#longestMs, this.#firstMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return full * (0.75 + Math.random() / 4);
  }

  reset(): void {
    this.#attempts = 0;
  }
}
