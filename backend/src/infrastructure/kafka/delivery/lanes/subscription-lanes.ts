import { Dispatcher } from './dispatcher';
import { ParkedCount } from './parked-count';
import { AloneRuns } from '../runs/alone-runs';
import { BatchRuns } from '../runs/batch-runs';
import type { EventOpener } from '../runs/event-opener';
import type { HandlerGates } from '../runs/handler-gates';
import type { OutcomeWriter } from '../runs/outcome-writer';
import type { RunMeter } from '../runs/run-meter';
import { SharedRuns } from '../runs/shared-runs';
import type { SubscriptionPlan } from '../runs/subscription-plan';
import type { TransactionSlots } from '../runs/transaction-slots';
import type { DeliveryOptions } from '../delivery.options';
import type { DeliveryStore } from '../delivery-store.port';

export interface RunParts {
  readonly store: DeliveryStore;
  readonly opener: EventOpener;
  readonly gates: HandlerGates;
  readonly writer: OutcomeWriter;
  readonly meter: RunMeter;
  readonly slots: TransactionSlots;
  readonly limits: DeliveryOptions;
}

/** What the partitions of one subscription (group, topic) share in this process. */
export class SubscriptionLanes {
  readonly dispatcher: Dispatcher;
  readonly parkedTotal: ParkedCount;

  constructor(
    readonly plans: SubscriptionPlan,
    parts: RunParts,
  ) {
    this.parkedTotal = new ParkedCount(parts.limits.parkedPerSubscription);
    const alone = new AloneRuns(parts);
    this.dispatcher = new Dispatcher(plans, {
      alone,
      shared: new SharedRuns({ ...parts, alone, most: parts.limits.eventsPerTransaction }),
      batch: new BatchRuns({ ...parts, alone }),
      slots: parts.slots,
      limits: parts.limits,
    });
  }
}
