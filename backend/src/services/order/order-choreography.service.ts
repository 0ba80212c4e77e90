import { Injectable } from '@nestjs/common';
import type { ShopEvent } from '@shop/contracts';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import {
  begun,
  type Choreography,
  type ChoreographyInput,
  type ChoreographyOutcome,
  follow,
  needsAttention,
  type Part,
} from './domain/choreography';
import { isOnItsWay } from './domain/order-status';
import { type OrderFault, validateOrder } from './domain/validate-order';
import { OrderNotResumableError } from './order.errors';
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

export interface Resumed {
  readonly orderId: string;
  /** What is asked to be taken back now. */
  readonly asked: Part | null;
  /** False where it was asked for already. */
  readonly resumed: boolean;
}

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

  /**
   * Has what was not taken back asked for again; a repetition changes nothing. Undefined where there is no such order
   * without a saga; throws `OrderNotResumableError` where it does not need it.
   */
  async resume(orderId: string): Promise<Resumed | undefined> {
    const order = await this.orders.lock(orderId);
    if (order?.flow !== 'choreography') return undefined;
    const { state } = await this.states.load(orderId);
    if (order.status !== 'needs_attention' || !isFollowed(order, state))
      throw new OrderNotResumableError(order.status);
    if (!needsAttention(state)) return { orderId, asked: state.asked?.part ?? null, resumed: false };
    const outcome = follow(state, { kind: 'resumed' });
    await this.saveAndCarryOut(orderId, outcome);
    return { orderId, asked: outcome.ask, resumed: true };
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
    if (!isFollowed(order, state)) return this.states.save(orderId, { state, dueInMs: null });
    await this.saveAndCarryOut(orderId, follow(state, { kind: 'due' }));
  }

  private async apply(orderId: string, input: ChoreographyInput): Promise<void> {
    const order = await this.orders.lock(orderId);
    if (!order || !mayBeFollowed(order)) return;
    const { state } = await this.states.load(orderId);
    if (isFollowed(order, state)) await this.saveAndCarryOut(orderId, follow(state, input));
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

const mayBeFollowed = ({ flow, status }: OrderRow): boolean =>
  flow === 'choreography' && (isOnItsWay(status) || status === 'needs_attention');

/** An answer that comes to one that needs attention still counts, unless a return has brought it there. */
const isFollowed = (order: OrderRow | undefined, { failure }: Choreography): boolean =>
  order !== undefined && mayBeFollowed(order) && (isOnItsWay(order.status) || failure !== null);

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
