import { Slots } from './slots';

/**
 * How long a transaction that costs the same for many events as for few keeps the next one waiting: what comes meanwhile
 * gathers, which makes fewer of them for the same events. A handler that hangs holds nobody up for longer.
 */
export const GATHERING_MS = 250;

/** One transaction of a service at a time, of all its subscriptions, as long as it is young. */
export class Gathering {
  private readonly slot = new Slots(1);

  /** The answer ends it. Undefined: one is under way, and `onFree` is called once when another may begin. */
  begin(onFree: () => void): (() => void) | undefined {
    if (!this.slot.tryTake(onFree)) return undefined;
    let over = false;
    const end = () => {
      clearTimeout(timer);
      if (over) return;
      over = true;
      this.slot.give();
    };
    const timer = setTimeout(end, GATHERING_MS);
    return end;
  }
}
