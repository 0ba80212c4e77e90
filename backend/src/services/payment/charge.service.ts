import { Inject, Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { onRequested, type Refusal, termsFault } from './domain/payment';
import { PaymentAnswers } from './payment-answers.service';
import { PaymentOutcomeUnknownError, PaymentRefusedError } from './provider/payment.errors';
import { type Intent, PAYMENT_PROVIDER, type PaymentProvider } from './provider/payment-provider.port';
import { type NewPayment, type Payment, PaymentStore } from './state/payment-store';

export interface ChargeRequest extends Omit<NewPayment, 'amountMinor'> {
  /** Undefined when the amount asked for has a fraction of a minor unit. */
  readonly amountMinor: number | undefined;
  /** Came after its deadline; a payment that had begun by then is brought to its end all the same. */
  readonly overdue: boolean;
}

const CANCELLED: Refusal = {
  code: 'PAYMENT_CANCELLED',
  message: 'The order had been taken back before its payment was made.',
};
const AUTHENTICATION_REQUIRED: Refusal = {
  code: 'AUTHENTICATION_REQUIRED',
  message: 'The bank asks the card holder to confirm, which is not possible here.',
};

/**
 * Captures an order's amount at most once. Create unconfirmed, commit the id, confirm: whatever is lost on the way,
 * the next run finds the intent by its id and looks before it acts.
 */
@Injectable()
export class Charge {
  private readonly logger = new Logger(Charge.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly payments: PaymentStore,
    private readonly answers: PaymentAnswers,
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider,
  ) {}

  /** Safe to repeat. Throws retryable errors while the provider leaves the outcome open. */
  async charge(request: ChargeRequest): Promise<void> {
    const payment = await this.unitOfWork.run(() => this.open(request));
    if (!payment) return;
    try {
      const intent = await this.intentOf(payment);
      if (intent) await this.settle(payment.orderId, await this.confirmed(payment, intent));
    } catch (error) {
      if (error instanceof PaymentRefusedError) await this.fail(payment.orderId, error.refusal);
      else await this.keepForNextRun(payment.orderId, error);
    }
  }

  /** Undefined when there is nothing to ask the provider for. */
  private async open(request: ChargeRequest): Promise<Payment | undefined> {
    const { amountMinor, overdue: _, ...terms } = request;
    const fault = termsFault(request);
    const payment =
      fault || amountMinor === undefined
        ? await this.payments.lock(terms.orderId)
        : await this.payments.lockOrOpen({ ...terms, amountMinor });
    if (payment) return (await this.answerKnown(payment)) ? undefined : payment;
    const refusal = fault ?? CANCELLED;
    await this.payments.refuse(terms, refusal);
    await this.answers.failed(terms.orderId, terms.flow, refusal);
    return undefined;
  }

  private async answerKnown(payment: Payment): Promise<boolean> {
    const { orderId, flow, failure, intentId } = payment;
    switch (onRequested(payment.status)) {
      case 'charge':
        return false;
      case 'answer_completed':
        await this.answers.completed(payment, payment.capturedMinor);
        return true;
      case 'answer_failed':
        await this.answers.failed(orderId, flow, failure ?? CANCELLED, intentId ?? undefined);
        return true;
      case 'refuse_cancelled':
        await this.answers.failed(orderId, flow, CANCELLED, intentId ?? undefined);
        return true;
    }
  }

  /** Undefined when the payment was undone in the meantime. */
  private async intentOf({ orderId, attempt, intentId, ...terms }: Payment): Promise<Intent | undefined> {
    if (intentId !== null) return this.provider.retrieveIntent(intentId);
    const { userId, amountMinor, currency, paymentMethod } = terms;
    const intent = await this.provider.createIntent(
      {
        orderId,
        userId: userId ?? '',
        amountMinor: amountMinor ?? 0,
        currency: currency ?? '',
        paymentMethod: paymentMethod ?? '',
      },
      `${orderId}:payment:${attempt}:create`,
    );
    const kept = await this.unitOfWork.run(async () => {
      const current = await this.payments.lock(orderId);
      if (current?.status !== 'open') return false;
      await this.payments.setIntent(orderId, intent.id);
      return true;
    });
    if (kept) return intent;
    this.logger.log(`Order ${orderId} was taken back before its payment; intent ${intent.id} is cancelled.`);
    await this.provider.cancelIntent(intent.id, `${orderId}:payment:${attempt}:orphan`);
    return undefined;
  }

  private async confirmed({ orderId, attempt }: Payment, intent: Intent): Promise<Intent> {
    const current =
      intent.state === 'open'
        ? await this.provider.confirmIntent(intent.id, `${orderId}:payment:${attempt}:confirm`)
        : intent;
    if (current.state !== 'action') return current;
    await this.provider.cancelIntent(current.id, `${orderId}:payment:${attempt}:cancel`);
    throw new PaymentRefusedError(AUTHENTICATION_REQUIRED);
  }

  private async settle(orderId: string, { state, capturedMinor, refusal }: Intent): Promise<void> {
    if (state === 'declined') return this.fail(orderId, refusal ?? CANCELLED);
    if (state === 'cancelled') return this.fail(orderId, CANCELLED);
    if (state !== 'succeeded') throw new PaymentOutcomeUnknownError(`The payment is ${state} still.`, false);
    await this.unitOfWork.run(async () => {
      const current = await this.payments.lock(orderId);
      if (current?.status !== 'open') return;
      await this.payments.settle(orderId, { status: 'succeeded', capturedMinor });
      await this.answers.completed(current, capturedMinor);
    });
  }

  private async fail(orderId: string, failure: Refusal): Promise<void> {
    await this.unitOfWork.run(async () => {
      const current = await this.payments.lock(orderId);
      if (current?.status !== 'open') return;
      await this.payments.settle(orderId, { status: 'failed', failure });
      await this.answers.failed(orderId, current.flow, failure, current.intentId ?? undefined);
    });
  }

  private async keepForNextRun(orderId: string, error: unknown): Promise<never> {
    if (error instanceof PaymentOutcomeUnknownError && error.keySpent) {
      await this.unitOfWork.run(async () => this.payments.raiseAttempt(orderId));
    }
    throw error;
  }
}
