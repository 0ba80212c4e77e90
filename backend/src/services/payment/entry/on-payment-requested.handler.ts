import { Injectable } from '@nestjs/common';
import type { PaymentRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { toMinorUnits } from '@/infrastructure/money/minor-units';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { Charge } from '../charge.service';

/** Asks the provider, so it runs at least once; the payment's row and the provider's keys make that one charge. */
@Injectable()
@KafkaHandler('payment.requested', { name: 'payment.on-payment-requested', effects: 'external' })
export class OnPaymentRequestedHandler {
  constructor(private readonly charge: Charge) {}

  async handle({ eventId, data }: PaymentRequestedEvent): Promise<void> {
    if (!isStorableKey(data.orderId) || !isStorable(data)) return;
    const { orderId, userId, amount, currency, paymentMethod, deadline } = data;
    await this.charge.charge({
      orderId,
      requestId: eventId,
      userId,
      amountMinor: toMinorUnits(amount, currency),
      currency,
      paymentMethod,
      flow: 'saga',
      deadline: Date.parse(deadline),
    });
  }
}
