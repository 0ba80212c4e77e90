import { Inject, Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { CANCELLED, chargeStep, mayEnd, onIntentMade } from './domain/charge-step';
import type { Intent } from './domain/intent';
import { DEADLINE_PASSED, onRequested, type Refusal, termsFault } from './domain/payment';
import { PaymentAnswers } from './payment-answers.service';
import { PaymentOutcomeUnknownError, PaymentRefusedError } from './provider/payment.errors';
import { PAYMENT_PROVIDER, type PaymentProvider } from './provider/payment-provider.port';
import { type NewPayment, type Payment, PaymentStore } from './state/payment-store';

export interface ChargeRequest extends Omit<NewPayment, 'amountMinor'> {
  /** Undefined when the amount asked for has a fraction of a minor unit. */
  readonly amountMinor: number | undefined;
  /** Milliseconds since 1970. No capture is begun after it; one that had begun is brought to its end all the same. */
  readonly deadline?: number;
}

type Terms = Omit<ChargeRequest, 'amountMinor' | 'deadline'>;
type AskedFor = Pick<ChargeRequest, 'requestId' | 'deadline'>;

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
    const payment = await this.open(request);
    if (!payment) return;
    try {
      const intent = payment.intentId
        ? await this.look(payment.intentId)
        : await this.newIntent(payment, request);
      if (intent) await this.bringToEnd(payment, intent, request);
    } catch (error) {
      await this.keepForNextRun(payment.orderId, error);
    }
  }

  /** Undefined when there is nothing to ask the provider for. */
  private async open(request: ChargeRequest): Promise<Payment | undefined> {
    const { amountMinor, deadline, ...terms } = request;
    const fault = termsFault({ ...request, overdue: isOver(deadline) });
    const usable = fault === undefined && amountMinor !== undefined;
    const opened = usable ? await this.payments.open({ ...terms, amountMinor }) : undefined;
    return opened ?? this.unitOfWork.run(() => this.reopen(terms, fault));
  }

  private async reopen(terms: Terms, fault: Refusal | undefined): Promise<Payment | undefined> {
    const payment = await this.payments.lock(terms.orderId);
    if (payment) return this.known(payment, terms, fault);
    const refusal = fault ?? CANCELLED;
    await this.payments.refuse(terms, refusal);
    await this.answers.failed(terms.orderId, terms.flow, refusal);
    return undefined;
  }

  private async known(
    payment: Payment,
    { requestId, flow }: Pick<ChargeRequest, 'requestId' | 'flow'>,
    fault: Refusal | undefined,
  ): Promise<Payment | undefined> {
    const { orderId, failure, intentId } = payment;
    const failed = async (refusal: Refusal) => {
      await this.payments.noteAnswered(orderId, requestId);
      await this.answers.failed(orderId, flow, refusal, intentId ?? undefined);
    };
    switch (onRequested(payment, requestId)) {
      case 'charge':
        return payment;
      case 'charge_again':
        if (!fault) return this.payments.openAgain(orderId, requestId);
        await failed(fault);
        return undefined;
      case 'answer_completed':
        await this.payments.noteAnswered(orderId, requestId);
        await this.answers.completed(payment, payment.capturedMinor);
        return undefined;
      case 'answer_failed':
        await failed(failure ?? CANCELLED);
        return undefined;
      case 'refuse_cancelled':
        await failed(CANCELLED);
        return undefined;
      case 'nothing':
        return undefined;
    }
  }

  /** A provider that does not know an intent it gave out has not refused the payment. */
  private async look(intentId: string): Promise<Intent> {
    try {
      return await this.provider.retrieveIntent(intentId);
    } catch (error) {
      if (!(error instanceof PaymentRefusedError)) throw error;
      throw new PaymentOutcomeUnknownError(`The provider does not show intent ${intentId}.`, false, error);
    }
  }

  /** Undefined when the payment has come to its end without one. */
  private async newIntent(payment: Payment, { requestId, deadline }: AskedFor): Promise<Intent | undefined> {
    const { orderId, attempt } = payment;
    if (isOver(deadline)) return this.end(payment, requestId, DEADLINE_PASSED);
    const intent = await this.create(payment).catch((error: unknown) => {
      if (error instanceof PaymentRefusedError) return this.end(payment, requestId, error.refusal);
      throw error;
    });
    if (!intent) return undefined;
    const { fate, named } = await this.unitOfWork.run(async () => {
      const current = await this.payments.lock(orderId);
      const fate = onIntentMade(current, intent.id);
      if (fate === 'keep') await this.payments.setIntent(orderId, intent.id);
      return { fate, named: current?.intentId };
    });
    if (fate === 'keep') return intent;
    this.logger.log(`Order ${orderId} is not charged by intent ${intent.id} (${fate}), which is cancelled.`);
    await this.provider.cancelIntent(intent.id, `${orderId}:payment:${attempt}:orphan`);
    if (fate === 'taken_back') return undefined;
    throw new PaymentOutcomeUnknownError(`Another run charges order ${orderId} by intent ${named}.`, false);
  }

  private create({ orderId, attempt, userId, amountMinor, currency, paymentMethod }: Payment) {
    return this.provider.createIntent(
      {
        orderId,
        userId: userId ?? '',
        amountMinor: amountMinor ?? 0,
        currency: currency ?? '',
        paymentMethod: paymentMethod ?? '',
      },
      `${orderId}:payment:${attempt}:create`,
    );
  }

  private async bringToEnd(payment: Payment, seen: Intent, request: AskedFor): Promise<void> {
    const named = { ...payment, intentId: seen.id };
    const step = chargeStep(seen, isOver(request.deadline));
    switch (step.kind) {
      case 'complete':
        return this.complete(named, request.requestId, seen);
      case 'fail':
        await this.end(named, request.requestId, step.refusal);
        return;
      case 'cancel':
        await this.provider.cancelIntent(seen.id, this.key(payment, 'cancel'));
        await this.end(named, request.requestId, step.refusal);
        return;
      case 'wait':
        throw new PaymentOutcomeUnknownError('The payment is processed still.', false);
      case 'confirm':
        return this.confirm(named, seen, request);
    }
  }

  private async confirm(payment: Payment, { id }: Intent, request: AskedFor): Promise<void> {
    const confirming = this.provider.confirmIntent(id, this.key(payment, 'confirm'));
    const confirmed = await confirming.catch((error: unknown) => {
      if (error instanceof PaymentRefusedError) return this.end(payment, request.requestId, error.refusal);
      throw error;
    });
    if (confirmed?.state === 'open') {
      throw new PaymentOutcomeUnknownError(`Intent ${id} is open after its confirmation.`, true);
    }
    if (confirmed) await this.bringToEnd(payment, confirmed, request);
  }

  private key({ orderId, attempt }: Payment, act: 'confirm' | 'cancel'): string {
    return `${orderId}:payment:${attempt}:${act}`;
  }

  private async complete(payment: Payment, requestId: string, { capturedMinor }: Intent): Promise<void> {
    await this.unitOfWork.run(async () => {
      const current = await this.payments.lock(payment.orderId);
      if (!current || !mayEnd(current, payment.intentId, requestId)) return;
      await this.payments.settle(payment.orderId, { status: 'succeeded', capturedMinor, answers: requestId });
      await this.answers.completed(current, capturedMinor);
    });
  }

  private async end(seen: Payment, requestId: string, failure: Refusal): Promise<undefined> {
    await this.unitOfWork.run(async () => {
      const current = await this.payments.lock(seen.orderId);
      if (!current || !mayEnd(current, seen.intentId, requestId)) return;
      await this.payments.settle(seen.orderId, { status: 'failed', failure, answers: requestId });
      await this.answers.failed(seen.orderId, current.flow, failure, current.intentId ?? undefined);
    });
  }

  private async keepForNextRun(orderId: string, error: unknown): Promise<never> {
    if (error instanceof PaymentOutcomeUnknownError && error.keySpent) {
      await this.unitOfWork.run(async () => this.payments.raiseAttempt(orderId));
    }
    throw error;
  }
}

const isOver = (deadline: number | undefined): boolean => deadline !== undefined && Date.now() > deadline;
