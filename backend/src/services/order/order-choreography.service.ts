import { Injectable } from '@nestjs/common';
import type { ShopEvent } from '@shop/contracts';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import {
  begun,
  type ChoreographyInput,
  type ChoreographyOutcome,
  follow,
  type Part,
} from './domain/choreography';
import { isOnItsWay } from './domain/order-status';
import { type OrderFault, validateOrder } from './domain/validate-order';
import { OrderLifecycle } from './order-lifecycle.service';
import { CatalogueStore } from './state/catalogue-store';
import { ChoreographyStore } from './state/choreography-store';
import { type OrderRow, OrderStore } from './state/order-store';

export type ChoreographyEvent = ShopEvent<
  | 'payment.completed'
  | 'payment.failed'
  | 'payment.refunded'
  | 'payment.refund.failed'
  | 'inventory.reserved'
  | 'inventory.reservation.failed'
  | 'inventory.released'
  | 'shipment.created'
  | 'shipment.failed'
  | 'shipment.cancelled'
>;

const POSTPONED_AFTER_ERROR_MS = 10_000;

/**
 * Follows the orders that no saga drives: the services go forward and take back by each other's events, and here it
 * is decided what that makes of the order. In the unit of work in progress, but for `expireOne`.
 */
@Injectable()
export class OrderChoreography {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrderStore,
    private readonly states: ChoreographyStore,
    private readonly catalogue: CatalogueStore,
    private readonly lifecycle: OrderLifecycle,
    private readonly publisher: EventPublisherService,
  ) {}

  async begin({ orderId, origin, data }: OrderRow): Promise<void> {
    const known = await this.catalogue.find(data.items.map(({ productId }) => productId));
    const fault = origin === 'api' ? undefined : validateOrder(data, known);
    if (fault) return this.takeBack(orderId, fault);
    await this.carryOut(orderId, begun);
    await this.states.open(orderId, begun);
  }

  async follow(event: ChoreographyEvent): Promise<void> {
    await this.apply(event.data.orderId, inputOf(event));
  }

  async takeBack(orderId: string, fault: OrderFault): Promise<void> {
    await this.apply(orderId, { kind: 'taken_back', fault });
  }

  /** Handles one order whose time has come; false when none has or others hold those that have. */
  async expireOne(): Promise<boolean> {
    let due: string | undefined;
    try {
      return await this.unitOfWork.run(async () => {
        due = await this.states.lockDue();
        if (due !== undefined) await this.expire(due);
        return due !== undefined;
      });
    } catch (error) {
      // One order that cannot be moved must not hold up the deadlines of all others.
      const failed = due;
      if (failed !== undefined) {
        await this.unitOfWork.run(() => this.states.postpone(failed, POSTPONED_AFTER_ERROR_MS));
      }
      throw error;
    }
  }

  private async expire(orderId: string): Promise<void> {
    const order = await this.orders.lock(orderId);
    const { state, overdue } = await this.states.load(orderId);
    if (!overdue) return;
    if (!isFollowed(order)) return this.states.save(orderId, { state, dueInMs: null });
    await this.saveAndCarryOut(orderId, follow(state, { kind: 'due' }));
  }

  private async apply(orderId: string, input: ChoreographyInput): Promise<void> {
    if (!isFollowed(await this.orders.lock(orderId))) return;
    const { state } = await this.states.load(orderId);
    await this.saveAndCarryOut(orderId, follow(state, input));
  }

  private async saveAndCarryOut(orderId: string, outcome: ChoreographyOutcome): Promise<void> {
    await this.states.save(orderId, outcome);
    await this.carryOut(orderId, outcome);
  }

  private async carryOut(orderId: string, { state, moves, ask }: ChoreographyOutcome): Promise<void> {
    const reason = state.failure?.code;
    if (ask) await this.askBack(ask, orderId, reason ?? 'UNKNOWN');
    for (const to of moves) await this.lifecycle.move(orderId, { to, updatedBy: 'order-service', reason });
  }

  private async askBack(part: Part, orderId: string, reason: string): Promise<void> {
    // A tombstone keeps the flow it was asked in.
    const stamped = { headers: { 'x-order-flow': 'choreography' } };
    const request = { orderId, reason };
    if (part === 'shipment') await this.publisher.publishShipmentCancelRequested(request, stamped);
    if (part === 'payment') await this.publisher.publishPaymentRefundRequested(request, stamped);
    if (part === 'inventory') await this.publisher.publishInventoryReleaseRequested(request, stamped);
  }
}

const isFollowed = (order: OrderRow | undefined): boolean =>
  order?.flow === 'choreography' && isOnItsWay(order.status);

function inputOf(event: ChoreographyEvent): ChoreographyInput {
  switch (event.eventType) {
    case 'inventory.reserved':
      return { kind: 'reserved' };
    case 'payment.completed':
      return { kind: 'paid' };
    case 'shipment.created':
      return { kind: 'shipped' };
    case 'inventory.reservation.failed':
      return { kind: 'failed', part: 'inventory', fault: event.data };
    case 'payment.failed':
      return { kind: 'failed', part: 'payment', fault: event.data };
    case 'shipment.failed':
      return { kind: 'failed', part: 'shipment', fault: event.data };
    case 'inventory.released':
      return { kind: 'undone', part: 'inventory' };
    case 'payment.refunded':
      return { kind: 'undone', part: 'payment' };
    case 'shipment.cancelled':
      return { kind: 'undone', part: 'shipment' };
    case 'payment.refund.failed':
      return { kind: 'undo_refused', part: 'payment' };
  }
}
