import { Injectable } from '@nestjs/common';
import {
  EventPublisherService,
  type PublishOptions,
} from '@/infrastructure/kafka/publisher/event-publisher.service';
import { fromMinorUnits } from '@/infrastructure/money/minor-units';
import type { Refusal } from './domain/payment';
import type { OrderFlow, Payment } from './state/payment-store';

/** Tells what a payment came to; in the unit of work that writes it. */
@Injectable()
export class PaymentAnswers {
  constructor(private readonly publisher: EventPublisherService) {}

  async completed(payment: Payment, capturedMinor: number): Promise<void> {
    const { orderId, flow, intentId } = payment;
    const currency = payment.currency ?? '';
    const amount = fromMinorUnits(capturedMinor, currency);
    const paymentId = intentId ?? '';
    await this.publisher.publishPaymentCompleted(
      { orderId, paymentId, amount, currency, completedAt: now() },
      stamp(flow),
    );
  }

  async failed(
    orderId: string,
    flow: OrderFlow,
    { code, message }: Refusal,
    paymentId?: string,
  ): Promise<void> {
    const data = {
      orderId,
      code,
      message,
      failedAt: now(),
      ...(paymentId === undefined ? {} : { paymentId }),
    };
    await this.publisher.publishPaymentFailed(data, stamp(flow));
  }

  /** `refundedMinor` is 0 when nothing had been captured. */
  async refunded(payment: Payment, refundedMinor: number, refundId: string | null): Promise<void> {
    const { orderId, flow, intentId, currency } = payment;
    await this.publisher.publishPaymentRefunded(
      {
        orderId,
        amount: fromMinorUnits(refundedMinor, currency ?? ''),
        refundedAt: now(),
        ...(intentId === null ? {} : { paymentId: intentId }),
        ...(refundId === null ? {} : { refundId }),
        ...(currency === null ? {} : { currency }),
      },
      stamp(flow),
    );
  }

  async refundFailed(payment: Payment, { code, message }: Refusal, atRiskMinor: number): Promise<void> {
    const { orderId, flow, intentId } = payment;
    const amountAtRisk = fromMinorUnits(atRiskMinor, payment.currency ?? '');
    await this.publisher.publishPaymentRefundFailed(
      {
        orderId,
        code,
        message,
        amountAtRisk,
        failedAt: now(),
        ...(intentId === null ? {} : { paymentId: intentId }),
      },
      stamp(flow),
    );
  }
}

const now = (): string => new Date().toISOString();
const stamp = (flow: OrderFlow): PublishOptions => ({ headers: { 'x-order-flow': flow } });
