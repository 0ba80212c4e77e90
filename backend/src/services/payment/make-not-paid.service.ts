import { Inject, Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { onUndoRequested, type Refusal } from './domain/payment';
import { PaymentAnswers } from './payment-answers.service';
import { PaymentOutcomeUnknownError, PaymentRefusedError } from './provider/payment.errors';
import {
  type Intent,
  PAYMENT_PROVIDER,
  type PaymentProvider,
  type Refund,
} from './provider/payment-provider.port';
import { type Payment, PaymentStore, type Settlement } from './state/payment-store';

/**
 * Makes an order not paid, whatever has become of its payment: cancels it, refunds it if it was captured, and
 * refuses it if it was not requested yet. Ends on the provider's definitive answer only.
 */
@Injectable()
export class MakeNotPaid {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly payments: PaymentStore,
    private readonly answers: PaymentAnswers,
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider,
  ) {}

  /** Safe to repeat. Throws retryable errors while the provider leaves the outcome open. */
  async run(orderId: string): Promise<void> {
    const payment = await this.unitOfWork.run(() => this.begin(orderId));
    if (!payment) return;
    if (payment.intentId === null) return this.voided(orderId);
    try {
      await this.undo(payment, await this.provider.retrieveIntent(payment.intentId));
    } catch (error) {
      if (!(error instanceof PaymentRefusedError)) throw await this.withFreshKey(orderId, error);
      await this.refused(orderId, error.refusal, payment.amountMinor ?? 0);
    }
  }

  private async undo(payment: Payment, intent: Intent): Promise<void> {
    const { orderId, refundAttempt } = payment;
    switch (intent.state) {
      case 'cancelled':
        return this.voided(orderId);
      case 'succeeded':
        return this.refund(payment, intent);
      case 'processing':
        throw new PaymentOutcomeUnknownError('The payment is processed still.', false);
      case 'open':
      case 'declined':
      case 'action':
        await this.provider.cancelIntent(intent.id, `${orderId}:cancel:${refundAttempt}`);
        return this.voided(orderId);
    }
  }

  /** From here on no run confirms the payment. Undefined when it had come to its end before. */
  private async begin(orderId: string): Promise<Payment | undefined> {
    const payment = await this.payments.lockOrVoid(orderId);
    if (onUndoRequested(payment.status) === 'answer_refunded') {
      await this.answers.refunded(payment, payment.refundedMinor, payment.refundId);
      return undefined;
    }
    await this.payments.settle(orderId, { status: 'voiding' });
    return payment;
  }

  private async refund({ orderId, refundAttempt }: Payment, { id, capturedMinor }: Intent): Promise<void> {
    const refund = await this.standingOrNewRefund(id, `${orderId}:refund:${refundAttempt}`);
    if (!refund.failed) return this.refunded(orderId, capturedMinor, refund);
    return this.refused(orderId, { code: 'REFUND_FAILED', message: 'The refund failed.' }, capturedMinor);
  }

  private async standingOrNewRefund(intentId: string, key: string): Promise<Refund> {
    const standing = await this.standingRefund(intentId);
    if (standing) return standing;
    try {
      return await this.provider.refund(intentId, key);
    } catch (error) {
      // Refused because somebody else refunded it meanwhile: that is what was wanted.
      const other = error instanceof PaymentRefusedError ? await this.standingRefund(intentId) : undefined;
      if (other) return other;
      throw error;
    }
  }

  private async standingRefund(intentId: string): Promise<Refund | undefined> {
    return (await this.provider.refundsOf(intentId)).find(({ failed }) => !failed);
  }

  private voided(orderId: string): Promise<void> {
    return this.end(orderId, { status: 'voided' }, (payment) => this.answers.refunded(payment, 0, null));
  }

  private refunded(orderId: string, capturedMinor: number, { id, amountMinor }: Refund): Promise<void> {
    const settlement: Settlement = {
      status: 'refunded',
      capturedMinor,
      refundedMinor: amountMinor,
      refundId: id,
    };
    return this.end(orderId, settlement, (payment) => this.answers.refunded(payment, amountMinor, id));
  }

  private refused(orderId: string, failure: Refusal, atRiskMinor: number): Promise<void> {
    return this.end(orderId, { status: 'refund_refused', failure }, async (payment) => {
      await this.payments.raiseRefundAttempt(orderId);
      await this.answers.refundFailed(payment, failure, atRiskMinor);
    });
  }

  private async end(orderId: string, settlement: Settlement, answer: (payment: Payment) => Promise<void>) {
    await this.unitOfWork.run(async () => {
      const payment = await this.payments.lock(orderId);
      if (payment?.status !== 'voiding') return;
      await this.payments.settle(orderId, settlement);
      await answer(payment);
    });
  }

  private async withFreshKey(orderId: string, error: unknown): Promise<unknown> {
    if (error instanceof PaymentOutcomeUnknownError && error.keySpent) {
      await this.unitOfWork.run(async () => this.payments.raiseRefundAttempt(orderId));
    }
    return error;
  }
}
