import type { RunKind } from '../runs/subscription-plan';
import type { Delivery } from './delivery';

/**
 * The events of one key in one partition, while there is something to do for them.
 *   open       nothing is parked; events from the log run in order
 *   parked     its head waits in the table; what comes from the log is parked behind it
 *   releasing  parked rows run, in order; what comes from the log waits here until they are done
 */
export class Lane {
  readonly live: Delivery[] = [];
  readonly rows: Delivery[] = [];
  /** A parked head whose time came while something else of the key ran. */
  released: Delivery | undefined;
  mode: 'open' | 'parked' | 'releasing' = 'open';
  /** Something of it runs, is being written, or is in a dispatcher's queue. */
  busy = false;
  /** Resolves when the last event that goes behind the head has been handed to the table. */
  handedOver: Promise<void> = Promise.resolve();
  /** Parked rows being written. */
  writing = 0;
  /** The last outcome that was on its way into the database. Does not reject. */
  stored: Promise<unknown> = Promise.resolve();
  /** Runs that were given up on and go on all the same; nothing of the key runs beside them. */
  hung = 0;

  constructor(readonly key: string) {}

  /** What runs next: parked rows first, since they are older. */
  get queue(): Delivery[] {
    return this.mode === 'releasing' ? this.rows : this.live;
  }

  get head(): Delivery | undefined {
    return this.queue[0];
  }

  get kind(): RunKind {
    return this.head?.plan?.kind ?? 'alone';
  }

  /** The event is over, or somewhere else. */
  remove(delivery: Delivery): void {
    const queue = delivery.row ? this.rows : this.live;
    if (queue[0] === delivery) queue.shift();
  }

  /** The next events that can run in one go, in order. */
  headRun(kind: RunKind, most: number): Delivery[] {
    const taken: Delivery[] = [];
    for (const delivery of this.queue) {
      if (taken.length >= most || (delivery.plan?.kind ?? 'alone') !== kind) break;
      if (taken.length > 0 && delivery.plan?.handlers[0] !== taken[0]?.plan?.handlers[0] && kind === 'batch')
        break;
      taken.push(delivery);
    }
    return taken;
  }
}
