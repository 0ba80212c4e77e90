import { Injectable } from '@nestjs/common';
import type { ShopEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import { type ChoreographyEvent, OrderChoreography } from '../order-choreography.service';
import { RETURN_SAGA } from '../returns/return-saga.context';
import { ORDER_SAGA } from '../saga/order-saga.context';

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
] as const satisfies readonly ChoreographyEvent['eventType'][];

const returnReplies = ['shipment.returned', 'shipment.return.failed', 'shipment.return.cancelled'] as const;

/** What the other services answer. An answer for an order without a saga belongs to the other flow, or to nobody. */
@Injectable()
export class OnSagaReplyHandler {
  constructor(
    private readonly engine: SagaEngine,
    private readonly choreography: OrderChoreography,
  ) {}

  @KafkaHandler(replies, { name: 'order.on-saga-reply', effects: 'transaction', interleaves: true })
  async onReply(event: ChoreographyEvent): Promise<void> {
    const { orderId } = event.data;
    if (!isStorableKey(orderId) || isOfAnAttempt(event)) return;
    const known = await this.engine.reply([ORDER_SAGA, RETURN_SAGA], orderId, event);
    if (!known) await this.choreography.follow(event);
  }

  @KafkaHandler(returnReplies, { name: 'order.on-return-reply', effects: 'transaction', interleaves: true })
  async onReturnReply(event: ShopEvent<(typeof returnReplies)[number]>): Promise<void> {
    const { orderId } = event.data;
    if (isStorableKey(orderId)) await this.engine.reply(RETURN_SAGA, orderId, event);
  }
}

/** Stock of one attempt went back: the order may hold that of a later one, or get it. */
const isOfAnAttempt = (event: ChoreographyEvent): boolean =>
  event.eventType === 'inventory.released' && event.data.attempt !== undefined;
