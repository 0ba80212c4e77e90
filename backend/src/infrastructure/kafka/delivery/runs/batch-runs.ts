import { HandlerTimeoutError } from '@/infrastructure/concurrency/time-out.errors';
import { withTimeout } from '@/infrastructure/concurrency/time-out';
import type { AnyBatchHandler, HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import { runWithCausality } from '../delivery-context';
import type { DeliveryStore, EffectOutcomes, EffectRun } from '../delivery-store.port';
import type { Delivery } from '../lanes/delivery';
import type { AloneRuns } from './alone-runs';
import type { EventOpener, Opened } from './event-opener';
import type { HandlerGates } from './handler-gates';
import { causalityOf, contextOf } from './handler-invocation';
import type { OutcomeWriter } from './outcome-writer';
import type { RunMeter } from './run-meter';
import { repeatedOf, type RunResult } from './run-result';
import type { SubscriptionPlan } from './subscription-plan';

export interface BatchRunsOptions {
  readonly store: DeliveryStore;
  readonly opener: EventOpener;
  readonly gates: HandlerGates;
  readonly writer: OutcomeWriter;
  readonly alone: AloneRuns;
  readonly meter: RunMeter;
}

interface Member {
  readonly delivery: Delivery;
  readonly event: Extract<Opened, { kind: 'event' }>['event'];
  readonly run: EffectRun;
}

/**
 * Several events in one call of a batch handler. Effects in SQL share one transaction with the inbox rows. When the
 * call fails, all is rolled back and each event runs as a batch of one, so that only the failing key is parked.
 */
export class BatchRuns {
  constructor(private readonly options: BatchRunsOptions) {}

  /** All of one batch handler; answers in the order of the deliveries. */
  async run(deliveries: readonly Delivery[], plans: SubscriptionPlan): Promise<readonly RunResult[]> {
    const handler = deliveries[0]?.plan?.handlers[0];
    if (handler?.batch && deliveries.length > 1 && this.options.gates.of(handler).state === 'closed') {
      const members = await this.openAll(deliveries, handler, plans);
      const results = members && (await this.together(members, handler, handler.batch.run, plans));
      if (results) return results;
    }
    const stopped = new Set<string>();
    const results: RunResult[] = [];
    for (const delivery of deliveries) {
      const place = `${delivery.tenure.partition}/${delivery.lane}`;
      const result: RunResult = stopped.has(place)
        ? { kind: 'not-run' }
        : await this.options.alone.run(delivery, plans, true);
      if (result.kind !== 'done') stopped.add(place);
      results.push(result);
    }
    return results;
  }

  private async openAll(
    deliveries: readonly Delivery[],
    handler: HandlerRegistration,
    plans: SubscriptionPlan,
  ): Promise<readonly Member[] | undefined> {
    const members: Member[] = [];
    for (const delivery of deliveries) {
      const opening = this.options.opener.open(delivery);
      const opened = opening instanceof Promise ? await opening : opening;
      if (opened.kind !== 'event' || this.options.opener.isTooOld(opened.event.mark)) return undefined;
      const { tenure, record, row } = delivery;
      const claim = row ? { claim: { row, remaining: plans.strangers(row) } } : {};
      const run = { tenure, record, mark: opened.event.mark, handlers: [handler.name], ...claim };
      members.push({ delivery, event: opened.event, run });
    }
    return members;
  }

  private async together(
    members: readonly Member[],
    handler: HandlerRegistration,
    call: AnyBatchHandler,
    plans: SubscriptionPlan,
  ): Promise<readonly RunResult[] | undefined> {
    const { store, meter } = this.options;
    const runs = members.map(({ run }) => run);
    const begun = performance.now();
    try {
      const inside = handler.options.effects === 'transaction' && store.transactional;
      const outcomes = inside
        ? await store.together(
            runs,
            (known) => callWith(members, known, handler, call),
            handler.options.timeoutMs,
          )
        : await this.outside(members, handler, call);
      const seconds = (performance.now() - begun) / 1000 / members.length;
      return members.map(({ delivery, event }, index) => {
        const outcome = outcomes[index] ?? ['handled'];
        if (outcome[0] === 'handled') this.options.gates.of(handler).succeeded('run');
        meter.ended(delivery, handler, event.eventType, outcome[0] ?? 'handled', seconds);
        const codes = delivery.plan?.codes ?? plans.ownRows;
        return { kind: 'done', codes: plans.withRepeated(codes, repeatedOf([handler.name], outcome)) };
      });
    } catch (error) {
      meter.sharedFailed(error, members.length);
      if (!(error instanceof StillRunning)) return undefined;
      // Its effects may go on; nothing of these keys runs beside them.
      return members.map(({ event }) => ({
        kind: 'failed',
        failure: {
          event,
          handler,
          error: error.cause,
          remaining: [],
          final: false,
          stillRunning: error.settled,
        },
      }));
    }
  }

  private async seen({ delivery, run }: Member): Promise<EffectOutcomes> {
    const { ahead } = delivery;
    return ahead
      ? Promise.all(run.handlers.map((handler) => ahead.outcomeOf(handler)))
      : this.options.writer.seen(run);
  }

  private async outside(
    members: readonly Member[],
    handler: HandlerRegistration,
    call: AnyBatchHandler,
  ): Promise<readonly EffectOutcomes[]> {
    const { store, writer } = this.options;
    const fresh = members.map((): EffectOutcomes => ['handled']);
    const known = store.transactional ? await Promise.all(members.map((member) => this.seen(member))) : fresh;
    const limited = withTimeout(() => callWith(members, known, handler, call), handler.options.timeoutMs);
    try {
      await limited.result;
    } catch (error) {
      if (error instanceof HandlerTimeoutError) throw new StillRunning(error, limited.settled);
      throw error;
    }
    if (store.transactional) await Promise.all(members.map(({ run }) => writer.remember(run)));
    return known;
  }
}

class StillRunning extends Error {
  constructor(
    override readonly cause: HandlerTimeoutError,
    readonly settled: Promise<void>,
  ) {
    super(cause.message);
  }
}

async function callWith(
  members: readonly Member[],
  known: readonly EffectOutcomes[],
  handler: HandlerRegistration,
  call: AnyBatchHandler,
): Promise<void> {
  const fresh = members.filter((_, index) => known[index]?.[0] === 'handled');
  const [first] = fresh;
  if (!first) return;
  const batch = fresh.map(({ delivery, event }) => ({
    event: event.decoded.event,
    context: contextOf(delivery, event.decoded, handler),
    within: <T>(work: () => T) => runWithCausality(causalityOf(event.decoded), work),
  }));
  await runWithCausality(causalityOf(first.event.decoded), async () => call(batch));
}
