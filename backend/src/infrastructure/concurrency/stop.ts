/** Said once; ends every wait for it, now and later. */
export class Stop {
  private readonly waits = new Set<() => void>();
  private readonly requesting = Promise.withResolvers<void>();
  requested = false;

  /** Resolves when it is requested. */
  get reached(): Promise<void> {
    return this.requesting.promise;
  }

  request(): void {
    this.requested = true;
    this.requesting.resolve();
    for (const finish of this.waits) finish();
  }

  /** Resolves after `ms` or when the stop is requested, whichever is first. */
  wait(ms: number): Promise<void> {
    if (this.requested) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.waits.delete(finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      this.waits.add(finish);
    });
  }
}
