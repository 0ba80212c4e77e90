import type { FaultMode, FaultOperation } from '../faults/fault-plan.ts';
import type { CardDecline } from '../domain/test-cards.ts';
import type { PaymentIntent } from '../domain/payment-intent.ts';
import type { Refund } from '../domain/refund.ts';
import type { StripeFailure } from '../errors/stripe-failure.ts';
import type { PaymentStore } from '../store/payment-store.ts';
import type { FormReader } from './form.ts';

export interface OperationContext {
  readonly store: PaymentStore;
  /** Seconds, as Stripe counts. */
  readonly at: number;
  readonly fault: FaultMode;
  /** How the bank refuses where the fault says that it does. */
  readonly decline: CardDecline;
  /** The most payments kept; beyond it none is created. */
  readonly maxPayments: number;
}

/** What an act changes and how it is answered: the failure, or the refund, or the intent. */
export interface OperationOutcome {
  readonly intent?: PaymentIntent;
  readonly refund?: Refund;
  readonly failure?: StripeFailure;
}

/** A POST of Stripe's API. `read` looks at the parameters alone; `act` decides without waiting for anything. */
export interface Operation<P> {
  read(form: FormReader): P;
  kind(params: P): FaultOperation;
  act(params: P, context: OperationContext, id: string): OperationOutcome;
}
