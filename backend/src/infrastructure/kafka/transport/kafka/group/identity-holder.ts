import type { GroupIdentity } from './membership';

/** The current identity, and who waits for the next. */
export class IdentityHolder {
  #current: GroupIdentity | undefined;
  #waiting: (() => void)[] = [];

  get current(): GroupIdentity | undefined {
    return this.#current;
  }

  set(identity: GroupIdentity | undefined): void {
    this.#current = identity;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  changed(from: GroupIdentity | undefined, withinMs: number): Promise<void> {
    if (this.#current !== undefined && this.#current !== from) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
