import type { Refusal } from '@/services/payment/domain/payment';
import type { PaymentAnswers } from '@/services/payment/payment-answers.service';
import type {
  NewPayment,
  OrderFlow,
  Payment,
  PaymentStore,
  Settlement,
} from '@/services/payment/state/payment-store';

type Changes = { -readonly [Field in keyof Payment]?: Payment[Field] };

/** The rows of the payment service without a database; what runs in its transactions runs one after another. */
export class MemoryPayments implements Pick<PaymentStore, keyof PaymentStore> {
  private readonly rows = new Map<string, Payment>();
  private last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  async lock(orderId: string): Promise<Payment | undefined> {
    return this.rows.get(orderId);
  }

  open({ requestId, ...terms }: NewPayment): Promise<Payment | undefined> {
    return this.run(async () =>
      this.rows.has(terms.orderId)
        ? undefined
        : this.put({ ...terms, status: 'open', requests: [requestId] }),
    );
  }

  async lockOrVoid(orderId: string, flow: OrderFlow): Promise<Payment> {
    return this.rows.get(orderId) ?? this.put({ orderId, flow, status: 'voided' });
  }

  async openAgain(orderId: string, requestId: string): Promise<Payment> {
    const { attempt, requests } = this.existing(orderId);
    return this.put({
      orderId,
      status: 'open',
      attempt: attempt + 1,
      intentId: null,
      failure: null,
      requests: [...requests, requestId],
    });
  }

  async refuse(
    terms: Pick<NewPayment, 'orderId' | 'userId' | 'flow' | 'requestId'>,
    failure: Refusal,
  ): Promise<void> {
    const { orderId, userId, flow, requestId } = terms;
    if (this.rows.has(orderId)) return;
    this.put({ orderId, userId, flow, status: 'failed', failure, answered: [requestId] });
  }

  async noteAnswered(orderId: string, requestId: string): Promise<void> {
    this.put({ orderId, answered: [...this.existing(orderId).answered, requestId] });
  }

  async setIntent(orderId: string, intentId: string): Promise<void> {
    this.put({ orderId, intentId });
  }

  async raiseAttempt(orderId: string): Promise<void> {
    this.put({ orderId, attempt: this.existing(orderId).attempt + 1 });
  }

  async raiseRefundAttempt(orderId: string): Promise<void> {
    this.put({ orderId, refundAttempt: this.existing(orderId).refundAttempt + 1 });
  }

  async settle(orderId: string, { answers, ...changes }: Settlement): Promise<void> {
    this.put({ orderId, ...changes });
    if (answers !== undefined) await this.noteAnswered(orderId, answers);
  }

  private existing(orderId: string): Payment {
    const row = this.rows.get(orderId);
    if (!row) throw new Error(`There is no payment of ${orderId}.`);
    return row;
  }

  private put(changes: Changes & { readonly orderId: string }): Payment {
    const row = { ...EMPTY, ...this.rows.get(changes.orderId), ...changes };
    this.rows.set(row.orderId, row);
    return row;
  }
}

const EMPTY: Omit<Payment, 'orderId'> = {
  status: 'open',
  userId: null,
  amountMinor: null,
  currency: null,
  paymentMethod: null,
  flow: 'saga',
  attempt: 1,
  requests: [],
  answered: [],
  intentId: null,
  refundAttempt: 1,
  refundId: null,
  capturedMinor: 0,
  refundedMinor: 0,
  failure: null,
};

/** What would be published, in the order of the commits. */
export class MemoryAnswers implements Pick<PaymentAnswers, keyof PaymentAnswers> {
  readonly given: ('completed' | 'failed' | 'refunded' | 'refundFailed')[] = [];

  count(answer: (typeof this.given)[number]): number {
    return this.given.filter((given) => given === answer).length;
  }

  async completed(): Promise<void> {
    this.given.push('completed');
  }

  async failed(): Promise<void> {
    this.given.push('failed');
  }

  async refunded(): Promise<void> {
    this.given.push('refunded');
  }

  async refundFailed(): Promise<void> {
    this.given.push('refundFailed');
  }
}
