import type { DeliveryStore, EffectRun } from '../delivery-store.port';
import type { Delivery } from '../lanes/delivery';
import type { AloneRuns } from './alone-runs';
import type { EventOpener, Opened } from './event-opener';
import type { HandlerGates } from './handler-gates';
import { invoke } from './handler-invocation';
import type { RunMeter } from './run-meter';
import { repeatedOf, type RunResult } from './run-result';
import type { Plan, SubscriptionPlan } from './subscription-plan';

interface Member {
  readonly nth: number;
  readonly delivery: Delivery;
  readonly plan: Plan;
  readonly event: Extract<Opened, { kind: 'event' }>['event'];
}

export interface SharedRunsOptions {
  readonly store: DeliveryStore;
  readonly opener: EventOpener;
  readonly gates: HandlerGates;
  readonly alone: AloneRuns;
  readonly meter: RunMeter;
}

/**
 * Several events in one transaction: one fence, one statement for all inbox rows, one commit. Handlers run one after
 * another in the order of the keys, so that two such transactions lock rows in one direction. When one fails all is
 * rolled back and each is run alone, in its own transaction: a failure costs its neighbours time, never an attempt.
 */
export class SharedRuns {
  constructor(private readonly options: SharedRunsOptions) {}

  /** Answers in the order of the deliveries, of which those of one lane are in lane order. */
  async run(deliveries: readonly Delivery[], plans: SubscriptionPlan): Promise<readonly RunResult[]> {
    if (deliveries.length > 1) {
      const members = await this.openAll(deliveries, plans);
      const done = members && (await this.together(members, plans));
      if (done) return done;
    }
    return this.oneByOne(deliveries, plans);
  }

  private async oneByOne(deliveries: readonly Delivery[], plans: SubscriptionPlan): Promise<RunResult[]> {
    const stopped = new Set<string>();
    const results: RunResult[] = [];
    for (const delivery of deliveries) {
      const place = `${delivery.tenure.partition}/${delivery.lane}`;
      if (stopped.has(place)) {
        results.push({ kind: 'not-run' });
        continue;
      }
      const result = await this.options.alone.run(delivery, plans, true);
      if (result.kind !== 'done') stopped.add(place);
      results.push(result);
    }
    return results;
  }

  /** Undefined where one of them needs more than this way can give: it is found out alone. */
  private async openAll(
    deliveries: readonly Delivery[],
    plans: SubscriptionPlan,
  ): Promise<readonly Member[] | undefined> {
    const members: Member[] = [];
    for (const [nth, delivery] of deliveries.entries()) {
      const opened = await this.options.opener.open(delivery);
      if (opened.kind !== 'event' || this.options.opener.isTooOld(opened.event.mark)) return undefined;
      const plan = delivery.plan ?? plans.left(opened.event.eventType, delivery.row);
      if (plan?.kind !== 'shared' || plans.strangers(delivery.row).length > 0) return undefined;
      if (plan.handlers.some((handler) => this.options.gates.of(handler).state !== 'closed'))
        return undefined;
      members.push({ nth, delivery, plan, event: opened.event });
    }
    return members;
  }

  /** Undefined when it came to nothing. */
  private async together(
    members: readonly Member[],
    plans: SubscriptionPlan,
  ): Promise<readonly RunResult[] | undefined> {
    const { store, meter } = this.options;
    const ordered = members.toSorted((a, b) => compare(a.delivery.lane, b.delivery.lane) || a.nth - b.nth);
    const limit = Math.max(
      ...members.flatMap(({ plan }) => plan.handlers.map(({ options }) => options.timeoutMs)),
    );
    const begun = performance.now();
    try {
      const outcomes = await store.together(
        ordered.map(runOf),
        async (known) => {
          for (const [index, { delivery, plan, event }] of ordered.entries()) {
            for (const [nth, handler] of plan.handlers.entries()) {
              if (known[index]?.[nth] === 'handled') await invoke(handler, delivery, event.decoded);
            }
          }
        },
        limit,
      );
      const results: RunResult[] = [];
      const seconds = (performance.now() - begun) / 1000 / members.length;
      for (const [index, { nth, delivery, plan, event }] of ordered.entries()) {
        const each = outcomes[index] ?? [];
        for (const [at, handler] of plan.handlers.entries()) {
          const outcome = each[at] ?? 'handled';
          if (outcome === 'handled') this.options.gates.of(handler).succeeded('run');
          meter.ended(delivery, handler, event.eventType, outcome, seconds);
        }
        const names = plan.handlers.map(({ name }) => name);
        results[nth] = { kind: 'done', codes: plans.withRepeated(plan.codes, repeatedOf(names, each)) };
      }
      return results;
    } catch (error) {
      meter.sharedFailed(error, members.length);
      return undefined;
    }
  }
}

function runOf({ delivery, plan, event }: Member): EffectRun {
  const { tenure, record, row } = delivery;
  const handlers = plan.handlers.map(({ name }) => name);
  return { tenure, record, mark: event.mark, handlers, ...(row ? { claim: { row, remaining: [] } } : {}) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
