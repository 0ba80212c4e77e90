import { Injectable } from '@nestjs/common';
import type { ShopEvent } from '@shop/contracts';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { type ChoreographyInput, follow, type Part } from './domain/choreography';
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

/**
 * Follows the orders that no saga drives: the services go forward and take back by each other's events, and here it
 * is decided what that makes of the order. In the unit of work in progress.
 */
@Injectable()
export class OrderChoreography {
  constructor(
    private readonly orders: OrderStore,
    private readonly states: ChoreographyStore,
    private readonly catalogue: CatalogueStore,
    private readonly lifecycle: OrderLifecycle,
    private readonly publisher: EventPublisherService,
  ) {}

  async begin({ orderId, origin, data }: OrderRow): Promise<void> {
    const known = await this.catalogue.find(data.items.map(({ productId }) => productId));
    const fault = origin === 'api' ? undefined : validateOrder(data, known);
    if (fault) await this.takeBack(orderId, fault);
    else await this.lifecycle.move(orderId, { to: 'validated', updatedBy: 'order-service' });
  }

  async follow(event: ChoreographyEvent): Promise<void> {
    await this.apply(event.data.orderId, inputOf(event));
  }

  async takeBack(orderId: string, fault: OrderFault): Promise<void> {
    await this.apply(orderId, { kind: 'taken_back', fault });
  }

  private async apply(orderId: string, input: ChoreographyInput): Promise<void> {
    const order = await this.orders.lock(orderId);
    if (order?.flow !== 'choreography' || !isOnItsWay(order.status)) return;
    const { state, moves, ask } = follow(await this.states.load(orderId), input);
    await this.states.save(orderId, state);
    for (const part of ask) await this.askBack(part, orderId, state.failure?.code ?? 'UNKNOWN');
    for (const to of moves) {
      await this.lifecycle.move(orderId, { to, updatedBy: 'order-service', reason: state.failure?.code });
    }
  }

  private async askBack(part: Part, orderId: string, reason: string): Promise<void> {
    if (part === 'shipment') await this.publisher.publishShipmentCancelRequested({ orderId, reason });
    if (part === 'inventory') await this.publisher.publishInventoryReleaseRequested({ orderId, reason });
    // A tombstone keeps the flow it was asked in.
    const stamped = { headers: { 'x-order-flow': 'choreography' } };
    if (part === 'payment') await this.publisher.publishPaymentRefundRequested({ orderId, reason }, stamped);
  }
}

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
