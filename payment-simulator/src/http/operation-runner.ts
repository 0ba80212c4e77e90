import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { UnexpectedStateFailure } from '../domain/payment-intent.ts';
import { declineBy } from '../domain/test-cards.ts';
import { StripeFailure } from '../errors/stripe-failure.ts';
import type { FaultMode, FaultPlan } from '../faults/fault-plan.ts';
import type { PaymentRecord, SavedAnswer } from '../store/payment-record.ts';
import type { PaymentStore } from '../store/payment-store.ts';
import type { Form } from './form.ts';
import { FormReader } from './form.ts';
import type { Operation, OperationOutcome } from './operation.ts';
import { intentOnWire, refundOnWire } from './wire.ts';

export interface OperationCall {
  readonly path: string;
  /** The id in the path, or empty. */
  readonly id: string;
  readonly form: Form;
  readonly requestId: string;
  readonly idempotencyKey: string | undefined;
}

export interface OperationReply {
  readonly status: number;
  readonly body: unknown;
  /** Set on an answer that was saved earlier: the request that was answered so first. */
  readonly originalRequest?: string;
  /** The reply must not reach the client. */
  readonly lost: boolean;
}

export interface OperationRunnerOptions {
  readonly store: PaymentStore;
  readonly faults: FaultPlan;
  readonly maxPayments: number;
  readonly now: () => number;
  /** Ends delays when the process stops; what they held back is then not done. */
  readonly stopping: AbortSignal;
}

const MOST_IN_FLIGHT = 4_096;

/**
 * Runs POSTs with idempotency keys and faults. Parameters that do not read, and keys that clash, are refused
 * before anything begins and are not remembered; every other answer is, failures and 500s included, in the
 * same journal record as the act.
 */
export class OperationRunner {
  readonly #options: OperationRunnerOptions;
  #inFlight = 0;

  constructor(options: OperationRunnerOptions) {
    this.#options = options;
  }

  async run<P>(operation: Operation<P>, call: OperationCall): Promise<OperationReply> {
    if (this.#inFlight >= MOST_IN_FLIGHT) {
      throw new StripeFailure(429, 'invalid_request_error', 'Too many requests at once.', {
        code: 'rate_limit',
      });
    }
    this.#inFlight += 1;
    try {
      return await this.#run(operation, call);
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #run<P>(operation: Operation<P>, call: OperationCall): Promise<OperationReply> {
    const { store, faults, now } = this.#options;
    const reader = new FormReader(call.form);
    const params = operation.read(reader);
    reader.finish();

    const key = call.idempotencyKey;
    const fingerprint = fingerprintOf(call);
    const saved = key === undefined ? undefined : store.keys.claim(key, fingerprint, now());
    const fault = faults.draw(operation.kind(params));
    if (saved !== undefined) {
      await this.#holdBack(fault);
      const record = await store.recordAt(saved.position);
      return { ...answerOf(record), originalRequest: saved.requestId, lost: fault === 'lost-reply' };
    }
    try {
      await this.#holdBack(fault);
      const outcome = this.#act(operation, params, call.id, fault);
      const status = outcome.failure?.status ?? 200;
      const answer: SavedAnswer | undefined =
        key === undefined
          ? undefined
          : { key, fingerprint, requestId: call.requestId, status, ...errorOf(outcome.failure) };
      const record: PaymentRecord = {
        at: now(),
        ...(outcome.intent === undefined ? {} : { intent: outcome.intent }),
        ...(outcome.refund === undefined ? {} : { refund: outcome.refund }),
        ...(answer === undefined ? {} : { answer }),
      };
      if (outcome.intent !== undefined || answer !== undefined) await store.commit(record);
      else await store.settled();
      return { status, body: bodyOf(outcome), lost: fault === 'lost-reply' };
    } finally {
      if (key !== undefined) store.keys.release(key);
    }
  }

  #act<P>(operation: Operation<P>, params: P, id: string, fault: FaultMode): OperationOutcome {
    if (fault === 'error') {
      return { failure: new StripeFailure(500, 'api_error', 'An unknown error occurred.') };
    }
    const { store, faults, now, maxPayments } = this.#options;
    const decline = declineBy(faults.settings.declineCode);
    try {
      return operation.act(params, { store, at: Math.floor(now() / 1_000), fault, decline, maxPayments }, id);
    } catch (error) {
      if (error instanceof UnexpectedStateFailure) return { failure: withIntent(error, store, id) };
      if (error instanceof StripeFailure) return { failure: error };
      throw error;
    }
  }

  async #holdBack(fault: FaultMode): Promise<void> {
    if (fault !== 'delay') return;
    const { faults, stopping } = this.#options;
    try {
      await delay(faults.settings.delayMs, undefined, { signal: stopping });
    } catch (error) {
      if (!stopping.aborted) throw error;
      throw new StripeFailure(
        503,
        'api_error',
        'The simulator is stopping; the request was not carried out.',
      );
    }
  }
}

function fingerprintOf({ path, form }: OperationCall): string {
  return createHash('sha256').update(path).update('\n').update(canonical(form)).digest('base64').slice(0, 22);
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}

function errorOf(failure: StripeFailure | undefined): { error: unknown } | Record<never, never> {
  return failure === undefined ? {} : { error: failure.toBody() };
}

function bodyOf({ failure, refund, intent }: OperationOutcome): unknown {
  if (failure !== undefined) return failure.toBody();
  if (refund !== undefined) return refundOnWire(refund);
  if (intent !== undefined) return intentOnWire(intent);
  throw new TypeError('an operation changed nothing and did not fail');
}

function answerOf({ answer, refund, intent }: PaymentRecord): { status: number; body: unknown } {
  if (answer === undefined) throw new TypeError('a saved answer is missing from its record');
  if (answer.error !== undefined) return { status: answer.status, body: answer.error };
  if (refund !== undefined) return { status: answer.status, body: refundOnWire(refund) };
  if (intent !== undefined) return { status: answer.status, body: intentOnWire(intent) };
  throw new TypeError('a saved answer has nothing to show');
}

function withIntent(failure: StripeFailure, store: PaymentStore, id: string): StripeFailure {
  const intent = store.intents.get(id);
  if (intent === undefined) return failure;
  return new StripeFailure(failure.status, failure.type, failure.message, {
    ...failure.details,
    payment_intent: intentOnWire(intent),
  });
}
