import { Gathering } from './gathering';
import { Slots } from './slots';

/** How many transactions the subscriptions of one service have under way together; each holds a connection. */
export class TransactionSlots extends Slots {
  /** For those that cost the same for many events as for few. */
  readonly gatherings = { shared: new Gathering(), batch: new Gathering() };
}
