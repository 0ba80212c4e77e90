import { Injectable } from '@nestjs/common';
import type { ShopEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import { ORDER_SAGA } from '../saga/order-saga.context';
import { OrderChoreography } from '../order-choreography.service';

const replies = [
  'payment.completed',
  'payment.failed',
  'payment.refunded',
  'payment.refund.failed',
  'inventory.reserved',
  'inventory.reservation.failed',
  'inventory.released',
  'shipment.created',
  'shipment.failed',
  'shipment.cancelled',
] as const;

export type OrderReply = ShopEvent<(typeof replies)[number]>;

/** What the other services answer. An answer for an order without a saga belongs to the other flow, or to nobody. */
@Injectable()
@KafkaHandler(replies, { name: 'order.on-saga-reply' })
export class OnSagaReplyHandler {
  constructor(
    private readonly engine: SagaEngine,
    private readonly choreography: OrderChoreography,
  ) {}

  async handle(event: OrderReply): Promise<void> {
    const { orderId } = event.data;
    if (!isStorableKey(orderId)) return;
    if (!(await this.engine.reply(ORDER_SAGA, orderId, event))) await this.choreography.follow(event);
  }
}
