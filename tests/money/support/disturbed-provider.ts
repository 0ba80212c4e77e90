import type { Intent, Refund } from '@/services/payment/domain/intent';
import { PaymentOutcomeUnknownError } from '@/services/payment/provider/payment.errors';
import type { IntentRequest, PaymentProvider } from '@/services/payment/provider/payment-provider.port';
import type { UnreliableProvider } from '@/testing/unreliable-payment-provider';

/**
 * `reply_lost`: the act is done, the reply does not come. `server_error`: nothing is done, the key keeps the 500;
 * `server_error_after`: it is done and answered by a 500. `killed`: the caller dies before the act, or after it.
 */
const ANY_CALL = [
  'none',
  'reply_lost',
  'server_error',
  'server_error_after',
  'killed_before',
  'killed_after',
  'keys_forgotten',
] as const;
const CONFIRMATION = ['declined_passing', 'declined'] as const;
const REFUND = ['refund_failed', 'refund_pending'] as const;

export const DISTURBANCES = {
  create: ANY_CALL,
  retrieve: ANY_CALL,
  confirm: [...CONFIRMATION, 'declined_passing', ...ANY_CALL],
  cancel: ANY_CALL,
  refund: [...REFUND, ...ANY_CALL],
  refunds: ANY_CALL,
} as const;

export type Operation = keyof typeof DISTURBANCES;
export type Disturbance = (typeof DISTURBANCES)[Operation][number];
export type Disturbances = Readonly<Record<Operation, readonly Disturbance[]>>;

/** The process that made the call is gone; what it would have done next is not done. */
export class Killed extends Error {}

/** Each call waits for its turn on the way there and on the way back, and meets the next disturbance. */
export class DisturbedProvider implements PaymentProvider {
  private readonly disturbances: Record<Operation, Disturbance[]>;

  constructor(
    private readonly provider: UnreliableProvider,
    private readonly turn: (what: string) => Promise<void>,
    disturbances: Disturbances,
  ) {
    this.disturbances = structuredClone(disturbances) as Record<Operation, Disturbance[]>;
  }

  createIntent(request: IntentRequest, key: string): Promise<Intent> {
    return this.call('create', () => this.provider.createIntent(request, key));
  }

  retrieveIntent(id: string): Promise<Intent> {
    return this.call('retrieve', () => this.provider.retrieveIntent(id));
  }

  confirmIntent(id: string, key: string): Promise<Intent> {
    return this.call('confirm', () => this.provider.confirmIntent(id, key));
  }

  cancelIntent(id: string, key: string): Promise<Intent> {
    return this.call('cancel', () => this.provider.cancelIntent(id, key));
  }

  refund(intentId: string, key: string): Promise<Refund> {
    return this.call('refund', () => this.provider.refund(intentId, key));
  }

  refundsOf(intentId: string): Promise<readonly Refund[]> {
    return this.call('refunds', () => this.provider.refundsOf(intentId));
  }

  private async call<T>(operation: Operation, act: () => Promise<T>): Promise<T> {
    await this.turn(operation);
    const disturbance = this.disturbances[operation].shift() ?? 'none';
    if (disturbance === 'killed_before') throw new Killed();
    this.prepare(disturbance);
    const answer = await act().finally(() => this.recover());
    await this.turn(`answer to ${operation}`);
    if (disturbance === 'killed_after') throw new Killed();
    if (disturbance === 'reply_lost') throw new PaymentOutcomeUnknownError('lost', false);
    if (disturbance === 'server_error_after') throw new PaymentOutcomeUnknownError('500', true);
    return answer;
  }

  private prepare(disturbance: Disturbance): void {
    const { provider } = this;
    if (disturbance === 'keys_forgotten') provider.forgetKeys();
    if (disturbance === 'server_error') provider.troubleAt(provider.calls.length + 1, 'server_error');
    if (disturbance === 'declined') provider.declines.push({ code: 'CARD_DECLINED', message: 'no' });
    if (disturbance === 'declined_passing') {
      provider.declines.push({ code: 'TRY_AGAIN_LATER', message: 'not now' });
    }
    if (disturbance === 'refund_failed') provider.refundsComeBack = 'failed';
    if (disturbance === 'refund_pending') provider.refundsComeBack = 'pending';
  }

  private recover(): void {
    this.provider.declines.length = 0;
    this.provider.refundsComeBack = 'succeeded';
  }
}
