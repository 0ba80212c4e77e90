import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { Admitted } from '@/infrastructure/kafka/breaker/circuit';
import { isHeldByBreaker } from '@/infrastructure/kafka/breaker/dependency-failures';
import { HandlerTimeoutError } from '@/infrastructure/concurrency/time-out.errors';
import { withTimeout } from '@/infrastructure/concurrency/time-out';
import { HandlerUnregisteredError, TooOldToDeduplicateError } from '../delivery.errors';
import type { DeliveryStore, EffectOutcome, EffectRun, ParkedRow } from '../delivery-store.port';
import type { Delivery } from '../lanes/delivery';
import type { EventOpener } from './event-opener';
import { isChanged, isFenced, isFinal, isPassing, isRerun } from './failure-class';
import type { HandlerGates } from './handler-gates';
import { invoke } from './handler-invocation';
import type { OutcomeWriter } from './outcome-writer';
import type { RunMeter } from './run-meter';
import type { KnownEvent, RunFailure, RunResult } from './run-result';
import type { Plan, SubscriptionPlan } from './subscription-plan';
import type { TransactionSlots } from './transaction-slots';

export interface AloneRunsOptions {
  readonly store: DeliveryStore;
  readonly opener: EventOpener;
  readonly gates: HandlerGates;
  readonly writer: OutcomeWriter;
  readonly meter: RunMeter;
  readonly slots: TransactionSlots;
}

type Event = KnownEvent & { readonly decoded: NonNullable<KnownEvent['decoded']> };

interface Step {
  readonly delivery: Delivery;
  readonly event: Event;
  readonly handler: HandlerRegistration;
  readonly remaining: readonly HandlerRegistration[];
  /** Handlers that the parked row keeps waiting for, since another version of the service has them. */
  readonly strangers: readonly string[];
  readonly inSlot: boolean;
}

type StepEnd =
  | { readonly outcome: EffectOutcome; readonly stored?: Promise<void> }
  | { readonly result: RunResult };

/** Reruns in place of a transaction that met another one; more than that is a fault of the handler. */
const MOST_RERUNS = 20;

/**
 * One event through its handlers, each in a transaction of its own, or, for effects outside SQL, with its inbox row
 * afterwards. Dies the process at any await: a transaction is there or not; an effect outside SQL whose row was not
 * written yet happens again.
 */
export class AloneRuns {
  constructor(private readonly options: AloneRunsOptions) {}

  /** The same as `run`; without a promise where the handler needs none and there is no inbox to ask. */
  begin(delivery: Delivery, plans: SubscriptionPlan): RunResult | Promise<RunResult> {
    if (this.options.store.transactional) return this.run(delivery, plans, false);
    const opened = this.options.opener.open(delivery);
    if (opened instanceof Promise || opened.kind !== 'event') return this.run(delivery, plans, false);
    const plan = delivery.plan ?? plans.left(opened.event.eventType, delivery.row);
    const [handler, ...others] = plan?.handlers ?? [];
    if (!plan || !handler || others.length > 0) return this.run(delivery, plans, false);
    const step = { delivery, event: opened.event, handler, remaining: [], strangers: [], inSlot: false };
    return this.withoutStore(step, plan);
  }

  /** `inSlot`: the caller holds one of the transaction slots for it. */
  async run(delivery: Delivery, plans: SubscriptionPlan, inSlot: boolean): Promise<RunResult> {
    const opening = this.options.opener.open(delivery);
    const opened = opening instanceof Promise ? await opening : opening;
    if (opened.kind === 'unavailable') return opened;
    if (opened.kind === 'undecodable') return { kind: 'failed', failure: opened.failure };
    const { event } = opened;
    const plan = delivery.plan ?? plans.left(event.eventType, delivery.row);
    if (!plan)
      return delivery.row ? unregistered(event, delivery.row) : { kind: 'done', codes: plans.ignored };
    const strangers = plans.strangers(delivery.row);
    const repeated: string[] = [];
    const stored: Promise<void>[] = [];
    for (const [index, handler] of plan.handlers.entries()) {
      const step = { delivery, event, handler, remaining: plan.handlers.slice(index + 1), strangers, inSlot };
      const end = await this.step(step);
      // A row that is on its way belongs to this record: the later handlers' outcome must not overtake it.
      if ('result' in end) {
        await Promise.all(stored);
        return end.result;
      }
      if (end.outcome === 'repeated') repeated.push(handler.name);
      if (!end.stored) continue;
      stored.push(end.stored);
      // It is awaited with the others; until then the next handler runs.
      handledLater(end.stored);
    }
    const codes = plans.withRepeated(plan.codes, repeated);
    if (stored.length === 0) return { kind: 'done', codes };
    // A batch that runs one by one holds this result until its last event has run.
    return { kind: 'done', codes, stored: handledLater(Promise.all(stored).then(() => undefined)) };
  }

  /** What the failure of a run that had nothing after it comes to; it ran while the handler's breaker was closed. */
  failedTogether(
    delivery: Delivery,
    event: Event,
    [handler, ...remaining]: readonly [HandlerRegistration, ...HandlerRegistration[]],
    error: unknown,
  ): RunResult {
    const step = { delivery, event, handler, remaining, strangers: [], inSlot: true };
    return this.classify(step, error, 'run');
  }

  private withoutStore(step: Step, { codes }: Plan): RunResult | Promise<RunResult> {
    const { handler, delivery, event } = step;
    const { gates, meter } = this.options;
    const breaker = gates.of(handler);
    const admitted = breaker.admit();
    if (admitted === 'hold') return { kind: 'held', until: gates.whenAdmitting(handler) };
    const begun = performance.now();
    const ended = (): RunResult => {
      breaker.succeeded(admitted);
      meter.ended(delivery, handler, event.eventType, 'handled', (performance.now() - begun) / 1000);
      return { kind: 'done', codes };
    };
    const failed = (error: unknown) => this.classify(step, error, admitted);
    let running: Promise<unknown> | undefined;
    try {
      running = this.invokeInTime(handler, delivery, event);
    } catch (error) {
      return failed(error);
    }
    return running ? running.then(ended, failed) : ended();
  }

  private async step(step: Step): Promise<StepEnd> {
    const { handler, delivery, event } = step;
    const { gates } = this.options;
    const breaker = gates.of(handler);
    const admitted = breaker.admit();
    if (admitted === 'hold') return { result: { kind: 'held', until: gates.whenAdmitting(handler) } };
    const begun = performance.now();
    try {
      const end = this.options.store.transactional
        ? await this.withInbox(step)
        : await this.withoutInbox(step);
      if (end.outcome === 'handled') breaker.succeeded(admitted);
      else breaker.withdrawn(admitted);
      const seconds = (performance.now() - begun) / 1000;
      this.options.meter.ended(delivery, handler, event.eventType, end.outcome, seconds);
      return end;
    } catch (error) {
      return { result: this.classify(step, error, admitted) };
    }
  }

  private async inTransaction(step: Step): Promise<EffectOutcome> {
    if (step.inSlot) return this.inTransactionOfItsOwn(step);
    const { slots } = this.options;
    await slots.take();
    return this.inTransactionOfItsOwn(step).finally(() => slots.give());
  }

  private async inTransactionOfItsOwn(step: Step): Promise<EffectOutcome> {
    const { delivery, event, handler } = step;
    for (let reruns = 0; ; reruns++) {
      try {
        const [outcomes] = await this.options.store.together(
          [runOf(step)],
          async ([known]) => {
            if (known?.[0] === 'handled') await invoke(handler, delivery, event.decoded);
          },
          handler.options.timeoutMs,
        );
        return outcomes?.[0] ?? 'handled';
      } catch (error) {
        if (!isRerun(error) || reruns >= MOST_RERUNS) throw error;
      }
    }
  }

  private async withInbox(step: Step): Promise<{ outcome: EffectOutcome; stored?: Promise<void> }> {
    await this.refuseTooOld(step);
    const inside = step.handler.options.effects === 'transaction';
    return inside ? { outcome: await this.inTransaction(step) } : this.outside(step);
  }

  private withoutInbox({
    handler,
    delivery,
    event,
  }: Step): { outcome: EffectOutcome } | Promise<{ outcome: EffectOutcome }> {
    const running = this.invokeInTime(handler, delivery, event);
    return running ? running.then(() => HANDLED) : HANDLED;
  }

  /** The lane goes on while the row is being written, except where a parked row hangs on it. */
  private async outside(step: Step): Promise<{ outcome: EffectOutcome; stored?: Promise<void> }> {
    const { delivery, event, handler } = step;
    const { writer } = this.options;
    const run = runOf(step);
    const known = delivery.ahead ? await delivery.ahead.outcomeOf(handler.name) : (await writer.seen(run))[0];
    if (known !== undefined && known !== 'handled') {
      if (delivery.row || known === 'repeated') await writer.remember(run);
      return { outcome: known };
    }
    await this.invokeInTime(handler, delivery, event);
    const stored = writer.remember(run);
    if (!delivery.row) return { outcome: 'handled', stored };
    await stored;
    return { outcome: 'handled' };
  }

  /** Undefined when the handler has ended already. */
  private invokeInTime(
    handler: HandlerRegistration,
    delivery: Delivery,
    event: Event,
  ): Promise<unknown> | undefined {
    let answer: unknown;
    try {
      answer = invoke(handler, delivery, event.decoded);
    } catch (error) {
      throw new OutsideFailure(error, Promise.resolve());
    }
    if (!isThenable(answer)) return undefined;
    const { result, settled } = withTimeout(() => answer, handler.options.timeoutMs);
    return result.catch((error: unknown) => {
      throw new OutsideFailure(error, settled);
    });
  }

  /** The dependency's breaker was quicker than the handler's: the next event is the one that asks again. */
  private whenOpenAgain(handler: HandlerRegistration): Promise<void> {
    const { gates } = this.options;
    if (gates.of(handler).state !== 'closed') return gates.whenAdmitting(handler);
    return new Promise((resolve) => setTimeout(resolve, handler.options.breaker.openMs).unref());
  }

  private async refuseTooOld(step: Step): Promise<void> {
    // A parked row is itself the proof that there was no effect.
    if (step.delivery.row || !this.options.opener.isTooOld(step.event.mark)) return;
    const [known] = await this.options.writer.seen(runOf(step));
    if (known !== undefined && known !== 'handled') return;
    throw new TooOldToDeduplicateError(
      `The event is older than the inbox remembers, so whether it had its effect is not known.`,
    );
  }

  private classify(step: Step, thrown: unknown, admitted: Admitted): RunResult {
    const { delivery, event, handler, remaining } = step;
    const { gates } = this.options;
    const error = thrown instanceof OutsideFailure ? thrown.error : thrown;
    const breaker = gates.of(handler);
    const passing = isPassing(error) && !isRerun(error);
    if (isFenced(error) || isChanged(error) || passing) {
      breaker.withdrawn(admitted);
      if (isFenced(error)) return { kind: 'fenced', error };
      return isChanged(error) ? { kind: 'changed' } : { kind: 'unavailable', error };
    }
    breaker.failed(error, admitted);
    if (isHeldByBreaker(error)) return { kind: 'held', until: this.whenOpenAgain(handler) };
    this.options.meter.failed(delivery, handler, event.eventType, error);
    const final = error instanceof TooOldToDeduplicateError || isFinal(error, handler.options.retry);
    const failure: RunFailure = { event, handler, error, remaining, final };
    if (!(thrown instanceof OutsideFailure) || !thrown.timedOut) return { kind: 'failed', failure };
    return { kind: 'failed', failure: { ...failure, stillRunning: thrown.settled } };
  }
}

/** Keeps the failure of a run outside SQL together with the promise that may still be going on. */
class OutsideFailure extends Error {
  constructor(
    readonly error: unknown,
    readonly settled: Promise<void>,
  ) {
    super('A run failed.');
  }

  get timedOut(): boolean {
    return this.error instanceof HandlerTimeoutError;
  }
}

function unregistered(event: KnownEvent, { pending }: ParkedRow): RunResult {
  const error = new HandlerUnregisteredError(`No handler is registered as ${pending.join(' or ')}.`);
  return { kind: 'failed', failure: { event, handler: undefined, error, remaining: [], final: true } };
}

/** Who gets it attaches to it later; without that its rejection meanwhile would end the process. */
function handledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const HANDLED = { outcome: 'handled' } as const;

const isThenable = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && typeof (answer as { then?: unknown }).then === 'function';

function runOf({ delivery, event, handler, remaining, strangers }: Step): EffectRun {
  const { tenure, record, row } = delivery;
  const rest = [...remaining.map(({ name }) => name), ...strangers];
  return {
    tenure,
    record,
    mark: event.mark,
    handlers: [handler.name],
    ...(row ? { claim: { row, remaining: rest } } : {}),
  };
}
