import { Queue } from '@/infrastructure/concurrency/queue';
import type { DeliveryOptions } from '../delivery.options';
import type { AloneRuns } from '../runs/alone-runs';
import type { BatchRuns } from '../runs/batch-runs';
import type { RunResult } from '../runs/run-result';
import type { SharedRuns } from '../runs/shared-runs';
import type { RunKind, SubscriptionPlan } from '../runs/subscription-plan';
import type { TransactionSlots } from '../runs/transaction-slots';
import type { Delivery } from './delivery';
import type { Lane } from './lane';

/** A lane and whom to tell what its events came to. */
export interface ReadyLane {
  readonly lane: Lane;
  /** False where the lane is nobody's business here any more. */
  readonly begin: () => boolean;
  readonly settle: (delivered: readonly { delivery: Delivery; result: RunResult }[]) => void;
}

export interface DispatcherOptions {
  readonly alone: AloneRuns;
  readonly shared: SharedRuns;
  readonly batch: BatchRuns;
  readonly slots: TransactionSlots;
  readonly limits: DeliveryOptions;
}

/** Of one lane in one transaction: a busy key is not starved, and does not starve the others. */
const MOST_OF_ONE_LANE = 16;

/** Runs the lanes of one subscription that have something to do: many at once, each by itself in order. */
export class Dispatcher {
  private readonly waiting: Record<RunKind, Queue<ReadyLane>> = {
    shared: new Queue(),
    batch: new Queue(),
    alone: new Queue(),
  };
  private running = 0;
  private holds = 0;
  private stopped = false;
  private pumping = false;
  private readonly pumpAgain = () => this.pump();

  constructor(
    private readonly plans: SubscriptionPlan,
    private readonly options: DispatcherOptions,
  ) {}

  /** The lane has a head, nothing of it runs, and it is in no queue. */
  ready(entry: ReadyLane): void {
    if (this.stopped) return;
    this.waiting[entry.lane.kind].push(entry);
    if (this.holds === 0) this.pump();
  }

  /** Begins nothing until the promise resolves; what runs goes on. */
  hold(until: Promise<unknown>): void {
    this.holds += 1;
    const release = () => {
      this.holds -= 1;
      if (this.holds === 0) this.pump();
    };
    void until.then(release, release);
  }

  get held(): boolean {
    return this.holds > 0;
  }

  stop(): void {
    this.stopped = true;
    for (const queue of Object.values(this.waiting)) queue.clear();
  }

  /** Not inside itself: what ends at once makes room for the next by the loop that is going on. */
  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    try {
      this.pumpAlone();
      this.pumpTogether('shared');
      this.pumpTogether('batch');
    } finally {
      this.pumping = false;
    }
  }

  private pumpAlone(): void {
    const { limits } = this.options;
    while (this.holds === 0 && this.running < limits.concurrency) {
      const entry = this.waiting.alone.shift();
      if (!entry) break;
      this.runAlone(entry);
    }
  }

  private pumpTogether(kind: 'shared' | 'batch'): void {
    const queue = this.waiting[kind];
    const { slots, limits } = this.options;
    while (this.holds === 0 && queue.length > 0) {
      // What fills a transaction by itself has nothing to gather for.
      const gathers = queue.length < limits.eventsPerTransaction && this.gathers(queue.peek()?.lane.head);
      const gathering = gathers ? slots.gatherings[kind] : undefined;
      const gathered = gathering?.begin(this.pumpAgain);
      if (gathering && !gathered) return;
      if (!slots.tryTake(this.pumpAgain)) return gathered?.();
      void this.runTogether(kind, queue).finally(() => {
        gathered?.();
        slots.give();
        this.pump();
      });
    }
  }

  /** What it costs depends little on how many there are. */
  private gathers(head: Delivery | undefined): boolean {
    if (!this.plans.transactional || !head?.plan) return false;
    return head.plan.handlers.every(
      ({ batch, options }) =>
        options.effects === 'transaction' && (batch !== undefined || options.interleaves),
    );
  }

  private runAlone(entry: ReadyLane): void {
    const delivery = entry.lane.head;
    if (!entry.begin()) return;
    if (!delivery) return entry.settle([]);
    this.running += 1;
    const result = this.options.alone.begin(delivery, this.plans);
    if (result instanceof Promise) void this.settled(result).then((one) => this.ended(entry, delivery, one));
    else this.ended(entry, delivery, result);
  }

  private ended(entry: ReadyLane, delivery: Delivery, result: RunResult): void {
    this.running -= 1;
    entry.settle([{ delivery, result }]);
    this.pump();
  }

  private async runTogether(kind: 'shared' | 'batch', queue: Queue<ReadyLane>): Promise<void> {
    const taken = this.take(kind, queue);
    const deliveries = taken.flatMap(({ run }) => run);
    const results = deliveries.length === 0 ? [] : await this.resultsOf(kind, deliveries);
    let index = 0;
    for (const { entry, run } of taken) {
      entry.settle(
        run.map((delivery) => ({ delivery, result: results[index++] ?? { kind: 'not-run' as const } })),
      );
    }
  }

  private take(kind: 'shared' | 'batch', queue: Queue<ReadyLane>) {
    const taken: { entry: ReadyLane; run: Delivery[] }[] = [];
    const handler = kind === 'batch' ? queue.peek()?.lane.head?.plan?.handlers[0] : undefined;
    let room = handler?.batch?.maxEvents ?? this.options.shared.room;
    // Outside SQL one event per key: of two, the second must not happen when the first one fails.
    const outside = handler?.options.effects === 'external' || !this.plans.transactional;
    const perLane = handler === undefined ? MOST_OF_ONE_LANE : outside ? 1 : room;
    for (let left = queue.length; left > 0 && room > 0; left--) {
      const entry = queue.shift();
      if (!entry) break;
      if (handler && entry.lane.head?.plan?.handlers[0] !== handler) {
        queue.push(entry);
        continue;
      }
      if (!entry.begin()) continue;
      const run = entry.lane.headRun(kind, Math.min(room, perLane));
      room -= run.length;
      taken.push({ entry, run });
    }
    return taken;
  }

  private async resultsOf(
    kind: 'shared' | 'batch',
    deliveries: readonly Delivery[],
  ): Promise<readonly RunResult[]> {
    const run = kind === 'shared' ? this.options.shared : this.options.batch;
    try {
      return await run.run(deliveries, this.plans);
    } catch (error) {
      return deliveries.map(() => ({ kind: 'unavailable', error }));
    }
  }

  private settled(run: Promise<RunResult>): Promise<RunResult> {
    return run.catch((error: unknown) => ({ kind: 'unavailable', error }));
  }
}
