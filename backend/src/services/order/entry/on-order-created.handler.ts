import { Injectable, Logger } from '@nestjs/common';
import type { OrderCreatedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { UnusableOrderEventError } from '../saga/order-saga.errors';
import { OrderSagaStarter } from '../saga/order-saga.starter';
import { OrderChoreography } from '../order-choreography.service';

/** Sets the order on its way by the flow it is stamped with; does not wait for where that leads. */
@Injectable()
@KafkaHandler('order.created', { name: 'order.on-order-created', effects: 'transaction', interleaves: true })
export class OnOrderCreatedHandler {
  private readonly logger = new Logger(OnOrderCreatedHandler.name);

  constructor(
    private readonly sagas: OrderSagaStarter,
    private readonly choreography: OrderChoreography,
  ) {}

  async handle(event: OrderCreatedEvent): Promise<void> {
    try {
      const order = await this.sagas.orderOf(event.data);
      if (order.flow === 'saga') await this.sagas.startFor(order, event.eventId);
      else await this.choreography.begin(order);
    } catch (error) {
      // Checked before the first statement, so the transaction is whole and the event has its outcome.
      if (!(error instanceof UnusableOrderEventError)) throw error;
      this.logger.warn(`Event ${event.eventId} refused: ${error.code}: ${error.message}`);
    }
  }
}
