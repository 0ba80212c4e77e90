/** Waiting that a ring cuts short. A ring while nobody waits is remembered, so it is never missed. */
export class WakeUp {
  private rung = false;
  private finish: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.finish?.();
  }

  /** Resolves after `ms`, at a ring, or at once where one has come since the last wait. */
  wait(ms: number): Promise<void> {
    if (this.rung) {
      this.rung = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.finish?.(), ms);
      this.finish = () => {
        clearTimeout(timer);
        this.finish = undefined;
        this.rung = false;
        resolve();
      };
    });
  }
}
