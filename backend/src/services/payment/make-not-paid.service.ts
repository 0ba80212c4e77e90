import { Inject, Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Intent, Refund } from './domain/intent';
import { onUndoRequested, type Refusal } from './domain/payment';
import { mayEndUndo, type RefundStep, refundStep, type UndoEnd, undoStep } from './domain/undo-step';
import { PaymentAnswers } from './payment-answers.service';
import { PaymentOutcomeUnknownError, PaymentRefusedError } from './provider/payment.errors';
import { PAYMENT_PROVIDER, type PaymentProvider } from './provider/payment-provider.port';
import { type OrderFlow, type Payment, PaymentStore, type Settlement } from './state/payment-store';

const ALREADY_REFUNDED = 'CHARGE_ALREADY_REFUNDED';
const REFUND_FAILED: Refusal = { code: 'REFUND_FAILED', message: 'The refund failed.' };

/** The payment, and by which request it is to be undone. */
type Asked = Payment & { readonly requestId: string };

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

  /**
   * Safe to repeat with the same `requestId`. Throws retryable errors while the provider leaves the outcome open, and
   * answers nothing while a refund is pending there.
   */
  async run(orderId: string, flow: OrderFlow, requestId: string): Promise<void> {
    const payment = await this.unitOfWork.run(() => this.begin(orderId, flow, requestId));
    if (!payment) return;
    const asked = { ...payment, requestId };
    if (asked.intentId === null) return this.voided(asked);
    try {
      await this.undo(asked, await this.provider.retrieveIntent(asked.intentId));
    } catch (error) {
      if (!(error instanceof PaymentRefusedError)) throw await this.withFreshKey(orderId, error);
      await this.refused(asked, error.refusal, asked.amountMinor ?? 0);
    }
  }

  private async undo(payment: Asked, intent: Intent): Promise<void> {
    const { orderId, refundAttempt } = payment;
    switch (undoStep(intent)) {
      case 'voided':
        return this.voided(payment);
      case 'refund':
        return this.refund(payment, intent);
      case 'wait':
        throw new PaymentOutcomeUnknownError('The payment is processed still.', false);
      case 'cancel':
        await this.provider.cancelIntent(intent.id, `${orderId}:cancel:${refundAttempt}`);
        return this.voided(payment);
    }
  }

  /** From here on no run confirms the payment. Undefined when it had come to its end before. */
  private async begin(orderId: string, flow: OrderFlow, requestId: string): Promise<Payment | undefined> {
    const payment = await this.payments.lockOrVoid(orderId, flow);
    switch (onUndoRequested(payment, requestId)) {
      case 'nothing':
        return undefined;
      case 'answer_refunded':
        await this.payments.noteAnswered(orderId, requestId);
        await this.answers.refunded(payment, payment.refundedMinor, payment.refundId);
        return undefined;
      case 'make_not_paid':
        await this.payments.settle(orderId, { status: 'voiding' });
        return payment;
    }
  }

  private async refund(payment: Asked, { id, capturedMinor }: Intent): Promise<void> {
    const { orderId, refundAttempt } = payment;
    const before = await this.provider.refundsOf(id);
    let step: RefundStep = refundStep(capturedMinor, before);
    let keySpent = false;
    if (step.kind === 'refund') {
      const made = await this.newRefund(id, `${orderId}:refund:${refundAttempt}`);
      // A repeated key is answered as it was first; what the refund has come to since stands in the list.
      const now = made && (before.find((refund) => refund.id === made.id) ?? made);
      if (now?.state === 'failed') return this.refused(payment, REFUND_FAILED, capturedMinor);
      // A key that gave a refund we knew already gives no other: what is left to pay back needs one of its own.
      keySpent = made === undefined || before.some((refund) => refund.id === made.id);
      const others = before.filter((refund) => refund.id !== now?.id);
      step = refundStep(capturedMinor, now ? [now, ...others] : await this.provider.refundsOf(id));
    }
    // The bank may take days. Nobody is kept waiting for it: who asked asks again.
    if (step.kind === 'wait') return undefined;
    if (step.kind !== 'refunded') {
      throw new PaymentOutcomeUnknownError('The refund is under way still.', keySpent);
    }
    return this.refunded(payment, capturedMinor, step);
  }

  /** Undefined when it was refused because somebody else has refunded it meanwhile. */
  private async newRefund(intentId: string, key: string): Promise<Refund | undefined> {
    try {
      return await this.provider.refund(intentId, key);
    } catch (error) {
      if (error instanceof PaymentRefusedError && error.refusal.code === ALREADY_REFUNDED) return undefined;
      throw error;
    }
  }

  private voided(asked: Asked): Promise<void> {
    return this.end(asked, { status: 'voided' }, (payment) => this.answers.refunded(payment, 0, null));
  }

  private refunded(
    asked: Asked,
    capturedMinor: number,
    { amountMinor, refundId }: RefundStep & { readonly kind: 'refunded' },
  ): Promise<void> {
    return this.end(
      asked,
      { status: 'refunded', capturedMinor, refundedMinor: amountMinor, refundId },
      (payment) => this.answers.refunded(payment, amountMinor, refundId),
    );
  }

  private refused(asked: Asked, failure: Refusal, atRiskMinor: number): Promise<void> {
    return this.end(asked, { status: 'refund_refused', failure }, async (payment) => {
      await this.payments.raiseRefundAttempt(asked.orderId);
      if (payment.answered.includes(asked.requestId)) return;
      await this.answers.refundFailed(payment, failure, atRiskMinor);
    });
  }

  private async end(
    { orderId, requestId }: Asked,
    settlement: Settlement & { readonly status: UndoEnd },
    answer: (payment: Payment) => Promise<void>,
  ): Promise<void> {
    await this.unitOfWork.run(async () => {
      const payment = await this.payments.lock(orderId);
      if (!payment || !mayEndUndo(payment.status, settlement.status)) return;
      const answers = payment.answered.includes(requestId) ? {} : { answers: requestId };
      await this.payments.settle(orderId, { ...settlement, ...answers });
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
