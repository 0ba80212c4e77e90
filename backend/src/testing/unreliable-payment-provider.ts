import { randomUUID } from 'node:crypto';
import {
  PaymentOutcomeUnknownError,
  PaymentRefusedError,
  UnexpectedIntentStateError,
} from '@/services/payment/provider/payment.errors';
import type { Intent, Refund } from '@/services/payment/domain/intent';
import type { Refusal } from '@/services/payment/domain/payment';
import type { IntentRequest, PaymentProvider } from '@/services/payment/provider/payment-provider.port';

export interface Account {
  intent: Intent;
  readonly amountMinor: number;
  readonly method: string;
  captures: number;
  readonly refunds: Refund[];
}

const DECLINED: Refusal = { code: 'CARD_DECLINED', message: 'no' };

/** Pending ones count: their money is on its way. */
export const refundedOf = ({ refunds }: Pick<Account, 'refunds'>): number =>
  refunds.reduce((sum, { amountMinor, state }) => (state === 'failed' ? sum : sum + amountMinor), 0);

interface SavedAnswer {
  /** What the key was first used for; it is good for nothing else. */
  readonly of: string;
  readonly result?: unknown;
  readonly error?: unknown;
}

export type Trouble = 'answer_lost' | 'server_error' | 'refused';

/** A provider in memory with saved answers per key, whose n-th call goes wrong on demand. */
export class UnreliableProvider implements PaymentProvider {
  readonly accounts = new Map<string, Account>();
  readonly calls: string[] = [];
  /** The next confirmations are declined so. */
  readonly declines: Refusal[] = [];
  /** What new refunds are at first. */
  refundsComeBack: Refund['state'] = 'succeeded';
  private readonly answers = new Map<string, SavedAnswer>();
  private readonly troubles = new Map<number, Trouble>();

  /** Counted from 1 over all calls. */
  troubleAt(call: number, trouble: Trouble): void {
    this.troubles.set(call, trouble);
  }

  /** Keys are kept for a while only. */
  forgetKeys(): void {
    this.answers.clear();
  }

  get captures(): number {
    return [...this.accounts.values()].reduce((sum, { captures }) => sum + captures, 0);
  }

  get refunds(): number {
    return [...this.accounts.values()].reduce((sum, { refunds }) => sum + refunds.length, 0);
  }

  createIntent(request: IntentRequest, key: string): Promise<Intent> {
    return this.act('create', undefined, key, () => {
      const intent: Intent = { id: `pi_${randomUUID()}`, state: 'open', capturedMinor: 0 };
      const { amountMinor, paymentMethod: method } = request;
      this.accounts.set(intent.id, { intent, amountMinor, method, captures: 0, refunds: [] });
      return intent;
    });
  }

  retrieveIntent(id: string): Promise<Intent> {
    return this.act('retrieve', id, undefined, () => this.account(id).intent);
  }

  confirmIntent(id: string, key: string): Promise<Intent> {
    return this.act('confirm', id, key, () => {
      const account = this.account(id);
      if (account.intent.state !== 'open') throw new UnexpectedIntentStateError(undefined);
      const refusal = this.declines.shift() ?? (account.method === 'declined' ? DECLINED : undefined);
      if (refusal) {
        account.intent = { ...account.intent, state: 'declined', refusal };
        throw new PaymentRefusedError(refusal);
      }
      account.captures += 1;
      account.intent = { ...account.intent, state: 'succeeded', capturedMinor: account.amountMinor };
      return account.intent;
    });
  }

  cancelIntent(id: string, key: string): Promise<Intent> {
    return this.act('cancel', id, key, () => {
      const account = this.account(id);
      if (account.intent.state === 'succeeded' || account.intent.state === 'cancelled') {
        throw new UnexpectedIntentStateError(undefined);
      }
      account.intent = { id, state: 'cancelled', capturedMinor: 0 };
      return account.intent;
    });
  }

  refund(intentId: string, key: string): Promise<Refund> {
    return this.act('refund', intentId, key, () => {
      const account = this.account(intentId);
      const left = account.amountMinor - refundedOf(account);
      if (left === 0) throw new PaymentRefusedError({ code: 'CHARGE_ALREADY_REFUNDED', message: 'no' });
      const refund: Refund = { id: `re_${randomUUID()}`, amountMinor: left, state: this.refundsComeBack };
      account.refunds.unshift(refund);
      return refund;
    });
  }

  refundsOf(intentId: string): Promise<readonly Refund[]> {
    return this.act('refunds', intentId, undefined, () => [...this.account(intentId).refunds]);
  }

  private account(id: string): Account {
    const account = this.accounts.get(id);
    if (!account) throw new PaymentRefusedError({ code: 'RESOURCE_MISSING', message: id });
    return account;
  }

  private async act<T>(
    name: string,
    target: string | undefined,
    key: string | undefined,
    work: () => T,
  ): Promise<T> {
    const trouble = this.troubles.get(this.calls.push(name));
    if (trouble === 'refused') throw new PaymentRefusedError({ code: 'ACCOUNT_CLOSED', message: 'no' });
    const of = `${name} ${target}`;
    if (trouble === 'server_error') {
      const error = new PaymentOutcomeUnknownError('500', true);
      if (key) this.answers.set(key, { of, error });
      throw error;
    }
    const result = this.once(of, key, work);
    if (trouble === 'answer_lost') throw new PaymentOutcomeUnknownError('lost', false);
    return result;
  }

  private once<T>(of: string, key: string | undefined, work: () => T): T {
    const saved = key === undefined ? undefined : this.answers.get(key);
    if (saved && saved.of !== of) throw new PaymentOutcomeUnknownError('other parameters', true);
    if (saved?.error) throw saved.error;
    if (saved) return saved.result as T;
    try {
      const result = work();
      if (key) this.answers.set(key, { of, result });
      return result;
    } catch (error) {
      if (key) this.answers.set(key, { of, error });
      throw error;
    }
  }
}
