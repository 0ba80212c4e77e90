import type { DeliveryStore, EffectOutcomes, EffectParts, EffectRun } from '../delivery-store.port';
import type { Delivery } from '../lanes/delivery';
import type { AloneRuns } from './alone-runs';
import type { EventOpener, Opened } from './event-opener';
import { isPassing, isRerun } from './failure-class';
import type { HandlerGates } from './handler-gates';
import { invoke } from './handler-invocation';
import { inLanes } from './in-lanes';
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
  /** Events of one transaction, where none of them fails. */
  readonly most: number;
}

type Together =
  | { readonly kind: 'done' }
  /** The handler of this one threw; undefined where it was nobody's handler. */
  | { readonly kind: 'rolled-back'; readonly by: Member | undefined }
  | { readonly kind: 'unavailable'; readonly error: unknown };

/** A group is made up again without who failed, this often; what is left then runs one by one. */
const MOST_GROUPS = 4;
/** Of a handler's time limit, for all of a group: locks are held for as long. */
const PART_OF_LIMIT = 4;
const LEAST_ROOM = 4;
const ROOM_STEP = 8;

/**
 * Several events in one transaction: one fence, one statement for all inbox rows, one commit. Handlers run one after
 * another in the order of the keys, so that two such transactions lock rows in one direction; those that interleave begin
 * in that order, and their statements share their way. One that fails before it
 * has touched anything is left out, with what follows it in its lane, and the others go on. When one fails later all is
 * rolled back; that one is run alone, in its own transaction, and the others together again: a failure costs its
 * neighbours time, never an attempt. Where such failures are many the groups become small.
 */
export class SharedRuns {
  private size: number;

  constructor(private readonly options: SharedRunsOptions) {
    this.size = options.most;
  }

  /** How many events the next transaction should take. */
  get room(): number {
    return this.size;
  }

  /** Answers in the order of the deliveries, of which those of one lane are in lane order. */
  async run(deliveries: readonly Delivery[], plans: SubscriptionPlan): Promise<readonly RunResult[]> {
    const results: RunResult[] = [];
    if (deliveries.length === 1) return this.oneByOne(deliveries, deliveries, plans, results);
    const grouped = await this.runGroups(await this.openAll(deliveries, plans), plans, results);
    const left = deliveries.filter((_, nth) => !grouped.has(nth));
    return this.oneByOne(deliveries, left, plans, results);
  }

  private async oneByOne(
    all: readonly Delivery[],
    left: readonly Delivery[],
    plans: SubscriptionPlan,
    results: RunResult[],
  ): Promise<readonly RunResult[]> {
    const stopped = new Set<string>();
    for (const delivery of left) {
      const place = placeOf(delivery);
      const result: RunResult = stopped.has(place)
        ? { kind: 'not-run' }
        : await this.options.alone.run(delivery, plans, true);
      if (result.kind !== 'done') stopped.add(place);
      results[all.indexOf(delivery)] = result;
    }
    return results;
  }

  /** Without those that need more than this way can give, and what comes after them in their lanes. */
  private async openAll(
    deliveries: readonly Delivery[],
    plans: SubscriptionPlan,
  ): Promise<readonly Member[]> {
    const alone = new Set<string>();
    const members: Member[] = [];
    for (const [nth, delivery] of deliveries.entries()) {
      const place = placeOf(delivery);
      const member = alone.has(place) ? undefined : await this.open(nth, delivery, plans);
      if (member) members.push(member);
      else alone.add(place);
    }
    return members;
  }

  private async open(nth: number, delivery: Delivery, plans: SubscriptionPlan): Promise<Member | undefined> {
    const { opener, gates } = this.options;
    const opening = opener.open(delivery);
    const opened = opening instanceof Promise ? await opening : opening;
    if (opened.kind !== 'event' || opener.isTooOld(opened.event.mark)) return undefined;
    const plan = delivery.plan ?? plans.left(opened.event.eventType, delivery.row);
    if (plan?.kind !== 'shared' || plans.strangers(delivery.row).length > 0) return undefined;
    if (plan.handlers.some((handler) => gates.of(handler).state !== 'closed')) return undefined;
    return { nth, delivery, plan, event: opened.event };
  }

  /** Runs what can be run together; answers which of the deliveries have their result. */
  private async runGroups(
    members: readonly Member[],
    plans: SubscriptionPlan,
    results: RunResult[],
  ): Promise<ReadonlySet<number>> {
    let rest = members;
    for (let groups = 1; rest.length > 1; groups++) {
      const ended = await this.together(rest, plans, results);
      if (ended.kind === 'rolled-back') {
        const { by } = ended;
        if (!by || groups >= MOST_GROUPS) return new Set();
        const after = ({ nth, delivery }: Member) =>
          placeOf(delivery) === placeOf(by.delivery) && nth >= by.nth;
        rest = rest.filter((member) => !after(member));
        continue;
      }
      if (ended.kind === 'unavailable') for (const { nth } of rest) results[nth] = ended;
      return new Set(rest.map(({ nth }) => nth));
    }
    return new Set();
  }

  private async together(
    members: readonly Member[],
    plans: SubscriptionPlan,
    results: RunResult[],
  ): Promise<Together> {
    const { store, meter, most } = this.options;
    const ordered = members.toSorted((a, b) => compare(a.delivery.lane, b.delivery.lane) || a.nth - b.nth);
    // Who never settles holds the others up for no longer than its own time; who needs more than that runs alone.
    const limit = Math.min(
      ...members.flatMap(({ plan }) => plan.handlers.map(({ options }) => options.timeoutMs)),
    );
    const begun = performance.now();
    const sideBySide = members.every(({ plan }) => plan.handlers.every(({ options }) => options.interleaves));
    const running = new Set<Member>();
    const blamed: Member[] = [];
    try {
      const failures = new Map<Member, unknown>();
      const outcomes = await store.together(
        ordered.map(runOf),
        async (known, parts) => {
          const stopped = new Set<string>();
          await inLanes(ordered, { laneOf, sideBySide }, async (member, index) => {
            if (performance.now() - begun > limit / PART_OF_LIMIT) throw new TooManyTogether();
            running.add(member);
            const lane = laneOf(member);
            const failed = stopped.has(lane)
              ? await parts.attempt(index, notRun)
              : await attempt(parts, index, member, () => runHandlers(member, known[index] ?? [])).catch(
                  (error: unknown) => {
                    blamed.push(member);
                    throw error;
                  },
                );
            running.delete(member);
            if (!failed) return;
            failures.set(member, failed.error);
            stopped.add(lane);
          });
        },
        limit,
      );
      const seconds = (performance.now() - begun) / 1000 / members.length;
      for (const [index, member] of ordered.entries()) {
        results[member.nth] = failures.has(member)
          ? this.failed(member, failures.get(member))
          : this.done(member, outcomes[index] ?? [], plans, seconds);
      }
      this.size = Math.min(most, this.size + ROOM_STEP);
      return { kind: 'done' };
    } catch (error) {
      meter.sharedFailed(error, members.length);
      this.size = Math.max(LEAST_ROOM, Math.floor(this.size / 2));
      if (isPassing(error) && !isRerun(error)) return { kind: 'unavailable', error };
      // Where time was up nobody threw: it is one of those that had not ended.
      const [by = [...running][0]] = blamed;
      return { kind: 'rolled-back', by: error instanceof TooManyTogether ? undefined : by };
    }
  }

  private failed({ delivery, event, plan }: Member, error: unknown): RunResult {
    if (error instanceof NotRun) return { kind: 'not-run' };
    const [first, ...others] = plan.handlers;
    if (!first) return { kind: 'not-run' };
    return this.options.alone.failedTogether(delivery, event, [first, ...others], error);
  }

  private done(
    { delivery, plan, event }: Member,
    outcomes: EffectOutcomes,
    plans: SubscriptionPlan,
    seconds: number,
  ): RunResult {
    for (const [at, handler] of plan.handlers.entries()) {
      const outcome = outcomes[at] ?? 'handled';
      if (outcome === 'handled') this.options.gates.of(handler).succeeded('run');
      this.options.meter.ended(delivery, handler, event.eventType, outcome, seconds);
    }
    const names = plan.handlers.map(({ name }) => name);
    return { kind: 'done', codes: plans.withRepeated(plan.codes, repeatedOf(names, outcomes)) };
  }
}

/** The handlers of one event, each in its turn. */
async function runHandlers({ plan, delivery, event }: Member, known: EffectOutcomes): Promise<void> {
  for (const [nth, handler] of plan.handlers.entries()) {
    if (known[nth] === 'handled') await invoke(handler, delivery, event.decoded);
  }
}

/** An event before it in its lane has failed. */
class NotRun extends Error {}
const notRun = (): Promise<void> => Promise.reject(new NotRun());

/** Leaves one event out where nothing but itself has to be undone. */
async function attempt(
  parts: EffectParts,
  index: number,
  { plan }: Member,
  run: () => Promise<void>,
): Promise<{ readonly error: unknown } | undefined> {
  // Of several handlers the first ones are done, and stay so.
  if (plan.handlers.length > 1) return run().then(() => undefined);
  const failed = await parts.attempt(index, run);
  if (failed && isPassing(failed.error)) throw failed.error;
  return failed;
}

/** Their handlers take so long that the next groups have to be smaller. */
class TooManyTogether extends Error {
  constructor() {
    super('The events of one transaction take too long together.');
  }
}

const laneOf = ({ delivery }: Member): string => placeOf(delivery);
const placeOf = ({ tenure, lane }: Delivery): string => `${tenure.partition}/${lane}`;

function runOf({ delivery, plan, event }: Member): EffectRun {
  const { tenure, record, row } = delivery;
  const handlers = plan.handlers.map(({ name }) => name);
  return { tenure, record, mark: event.mark, handlers, ...(row ? { claim: { row, remaining: [] } } : {}) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
