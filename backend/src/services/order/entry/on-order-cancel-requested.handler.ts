import { Injectable } from '@nestjs/common';
import type { OrderCancelRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import { OrderChoreography } from '../order-choreography.service';
import { ORDER_SAGA } from '../saga/order-saga.context';

/** Has the order taken back by whatever drives it; a word that comes too late changes nothing. */
@Injectable()
@KafkaHandler('order.cancel.requested', {
  name: 'order.on-cancel-requested',
  effects: 'transaction',
  interleaves: true,
})
export class OnOrderCancelRequestedHandler {
  constructor(
    private readonly engine: SagaEngine,
    private readonly choreography: OrderChoreography,
  ) {}

  async handle({ eventId, data: { orderId, reason } }: OrderCancelRequestedEvent): Promise<void> {
    if (!isStorableKey(orderId) || !isStorable(reason)) return;
    const why = { code: 'CANCELLED_ON_REQUEST', message: reason };
    if (await this.engine.cancel(ORDER_SAGA, orderId, why, eventId)) return;
    await this.choreography.takeBack(orderId, why);
  }
}
