/** A wait that can be cut short. */
export class Pause {
  #wake: (() => void) | undefined;
  #poked = false;

  async wait(ms: number): Promise<void> {
    if (!this.#poked) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#poked = false;
  }

  poke(): void {
    this.#poked = true;
    this.#wake?.();
  }
}
