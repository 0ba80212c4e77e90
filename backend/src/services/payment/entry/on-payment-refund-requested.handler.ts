import { Injectable } from '@nestjs/common';
import type { PaymentRefundRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { MakeNotPaid } from '../make-not-paid.service';

/** "Make it not paid", asked for by name. */
@Injectable()
@KafkaHandler('payment.refund.requested', { name: 'payment.on-refund-requested', effects: 'external' })
export class OnPaymentRefundRequestedHandler {
  constructor(private readonly makeNotPaid: MakeNotPaid) {}

  async handle(
    { eventId, data: { orderId } }: PaymentRefundRequestedEvent,
    { headers }: DeliveryContext,
  ): Promise<void> {
    const flow = headers['x-order-flow'] === 'choreography' ? 'choreography' : 'saga';
    if (isStorableKey(orderId)) await this.makeNotPaid.run(orderId, flow, eventId);
  }
}
