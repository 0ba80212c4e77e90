import type { Stop } from '@/infrastructure/concurrency/stop';
import { headerText, memoryOf } from '@/infrastructure/kafka/transport/log-record';
import type { Logger } from '@/infrastructure/observability/logger';
import type { DeliveryOptions } from '../delivery.options';
import type { Parking, ParkedRow, Tenure } from '../delivery-store.port';
import type { OutcomeCode } from '../outcome-codes';
import { isChanged, isFenced } from '../runs/failure-class';
import type { RunFailure, RunResult } from '../runs/run-result';
import type { SubscriptionPlan } from '../runs/subscription-plan';
import type { Delivery } from './delivery';
import type { Dispatcher } from './dispatcher';
import { Lane } from './lane';
import { LaneRows } from './lane-rows';
import type { ParkedCount } from './parked-count';
import type { Settlement, Turn } from './settlement';

export interface LaneTableOptions {
  readonly tenure: Tenure;
  readonly plans: SubscriptionPlan;
  readonly dispatcher: Dispatcher;
  readonly settlement: Settlement;
  readonly parking: Parking | undefined;
  readonly parkedLanes: ReadonlyMap<string, number>;
  /** Over the partitions of the subscription that this process owns. */
  readonly parkedTotal: ParkedCount;
  readonly limits: DeliveryOptions;
  readonly stop: Stop;
  readonly logger: Logger;
  readonly onDone: (delivery: Delivery, codes: readonly OutcomeCode[]) => void;
  /** There may be room for more again, or no more. */
  readonly onRoom: () => void;
  /** Nothing of this tenure can succeed any more. */
  readonly onFenced: (error: unknown) => void;
  /** The store does not answer, or a dependency does not: when to go on. */
  readonly onUnavailable: (error: unknown) => Promise<void>;
}

const ROWS_AT_ONCE = 50;

/** The lanes of one partition that have something to do, and how many rows each has in the table. */
export class LaneTable {
  private readonly lanes = new Map<string, Lane>();
  private readonly rows: LaneRows;
  private readonly runs = new Set<Promise<unknown>>();
  private readonly idle = Promise.withResolvers<void>();
  private active = 0;

  constructor(private readonly options: LaneTableOptions) {
    this.rows = new LaneRows({
      parked: options.parkedLanes,
      total: options.parkedTotal,
      mostOfOneLane: options.limits.parkedPerKey,
      onTurn: options.onRoom,
    });
  }

  get parkedRows(): number {
    return this.rows.sum;
  }

  get overfull(): boolean {
    return this.rows.full;
  }

  /** Lanes whose parked rows are not to be released: they run already, or a run that was given up still goes on. */
  get releasing(): readonly Lane[] {
    return [...this.lanes.values()].filter(
      (lane) => lane.mode === 'releasing' || lane.released || lane.hung > 0,
    );
  }

  arrive(delivery: Delivery): void {
    const lane = this.lanes.get(delivery.lane);
    if (!lane && this.rows.has(delivery.lane)) return this.parkBehind(delivery);
    if (lane?.mode === 'parked') return this.parkBehind(delivery);
    const own = lane ?? this.newLane(delivery.lane);
    own.live.push(delivery);
    this.goOn(own);
  }

  release(row: ParkedRow): void {
    const lane = this.lanes.get(row.lane) ?? this.newLane(row.lane);
    if (lane.mode === 'releasing' || lane.released || lane.hung > 0) return;
    // A person sent back an event of a lane that flows: it is not among the rows that we know.
    this.rows.atLeast(row.lane, 1);
    lane.released = this.deliveryOf(row);
    this.goOn(lane);
  }

  /** Resolves when no run of this partition is under way any more. */
  async ended(): Promise<void> {
    this.rows.end();
    if (this.active > 0) await this.idle.promise;
    await Promise.allSettled(this.runs);
  }

  private goOn(lane: Lane): void {
    if (lane.busy || lane.hung > 0 || this.options.stop.requested) return;
    if (lane.released) {
      lane.mode = 'releasing';
      lane.rows.push(lane.released);
      lane.released = undefined;
    }
    if (lane.head) {
      const { row } = lane.head;
      if (row?.state === 'skip' || row?.state === 'discard') return this.decide(lane, row);
      lane.busy = true;
      this.options.dispatcher.ready({
        lane,
        begin: () => this.begin(),
        settle: (delivered) => this.settle(lane, delivered),
      });
      return;
    }
    if (lane.mode === 'releasing') return this.loadRows(lane);
    if (lane.writing === 0) this.lanes.delete(lane.key);
  }

  /** False: this tenure has ended while the lane waited for its turn. */
  private begin(): boolean {
    if (this.options.stop.requested) return false;
    this.active += 1;
    return true;
  }

  private settle(lane: Lane, delivered: readonly { delivery: Delivery; result: RunResult }[]): void {
    this.active -= 1;
    if (this.active === 0 && this.options.stop.requested) this.idle.resolve();
    for (const { delivery, result } of delivered) {
      if (result.kind === 'not-run') break;
      if (result.kind === 'done') {
        this.passed(lane, delivery, result);
        continue;
      }
      return this.notDone(lane, delivery, result);
    }
    lane.busy = false;
    this.goOn(lane);
  }

  private passed(lane: Lane, delivery: Delivery, result: Extract<RunResult, { kind: 'done' }>): void {
    lane.remove(delivery);
    if (delivery.row) this.rows.add(lane.key, -1);
    if (!result.stored) return this.options.onDone(delivery, result.codes);
    lane.stored = this.follow(
      result.stored.then(() => this.options.onDone(delivery, result.codes)),
      lane,
    );
  }

  private notDone(lane: Lane, delivery: Delivery, result: RunResult): void {
    const { options } = this;
    switch (result.kind) {
      case 'failed':
        return this.failed(lane, delivery, result.failure);
      case 'fenced':
        return options.onFenced(result.error);
      case 'held':
        options.dispatcher.hold(result.until);
        break;
      case 'unavailable':
        options.dispatcher.hold(options.onUnavailable(result.error));
        break;
      default:
        // Somebody decided about the row while it ran.
        return this.reload(lane);
    }
    lane.busy = false;
    this.goOn(lane);
  }

  private failed(lane: Lane, delivery: Delivery, failure: RunFailure): void {
    this.hold(lane, failure.stillRunning);
    this.decideOn(lane, delivery, failure);
  }

  /** Where the decision cannot be written it is written again; the handler has had its run. */
  private decideOn(lane: Lane, delivery: Delivery, failure: RunFailure): void {
    // After a crash what ran before would come again, and then go behind the event that is parked now.
    const settled = lane.stored
      .then(() => this.options.settlement.failed(delivery, failure, this.options.plans))
      .then(async (verdict) => {
        switch (verdict.kind) {
          case 'again':
            delivery.attempts += 1;
            this.options.parkedTotal.add(1);
            await this.options.stop.wait(verdict.afterMs);
            this.options.parkedTotal.add(-1);
            break;
          case 'gone':
            lane.remove(delivery);
            if (delivery.row) this.rows.add(lane.key, -1);
            this.options.onDone(delivery, this.codesOf(delivery, failure.event.eventType));
            if (lane.hung > 0 && this.options.parking) return this.backToTable(lane);
            break;
          case 'goes-on':
            if (!this.options.parking) {
              delivery.plan = this.options.plans.only(delivery.plan ?? this.planOf(failure), (name) =>
                failure.remaining.some((handler) => handler.name === name),
              );
              delivery.attempts = 0;
              break;
            }
            return this.nowParked(lane, delivery, failure);
          default:
            return this.nowParked(lane, delivery, failure);
        }
        lane.busy = false;
        this.goOn(lane);
      });
    void this.follow(settled, lane, () => this.decideOn(lane, delivery, failure));
  }

  /** The head is in the table; everything that waits here goes behind it. */
  private nowParked(lane: Lane, delivery: Delivery, { event }: RunFailure): void {
    if (delivery.entry) {
      lane.remove(delivery);
      this.rows.add(lane.key, 1);
      this.options.onDone(delivery, this.codesOf(delivery, event.eventType));
    }
    this.backToTable(lane);
  }

  private codesOf({ plan }: Delivery, eventType: string): readonly OutcomeCode[] {
    const { plans } = this.options;
    return plan?.codes ?? plans.of(eventType)?.codes ?? plans.ownRows;
  }

  private backToTable(lane: Lane): void {
    if (this.options.stop.requested) return;
    lane.mode = 'parked';
    lane.busy = false;
    lane.rows.length = 0;
    lane.released = undefined;
    for (const behind of lane.live.splice(0)) this.parkBehind(behind);
    if (lane.writing === 0 && lane.hung === 0) this.lanes.delete(lane.key);
  }

  /** A lane goes back to the table only where its head has a time, or waits for a person; else nobody releases it. */
  private reload(lane: Lane): void {
    lane.mode = 'releasing';
    lane.busy = false;
    lane.rows.length = 0;
    this.goOn(lane);
  }

  private parkBehind(delivery: Delivery): void {
    const lane = this.lanes.get(delivery.lane) ?? this.newLane(delivery.lane, 'parked');
    lane.writing += 1;
    this.rows.add(delivery.lane, 1);
    this.writeBehind(lane, delivery);
  }

  private writeBehind(lane: Lane, delivery: Delivery, turn = turnIn(lane)): void {
    const parked = this.options.settlement
      .parkBehind(delivery, this.options.plans, turn)
      .then(({ codes, added }) => {
        lane.writing -= 1;
        if (!added) this.rows.add(lane.key, -1);
        this.options.onDone(delivery, codes);
        if (lane.mode === 'parked' && lane.writing === 0 && lane.hung === 0) this.lanes.delete(lane.key);
        else if (lane.mode === 'releasing') this.goOn(lane);
      });
    void this.follow(parked, lane, () => this.writeBehind(lane, delivery, turn));
  }

  /** What is in the table of a lane, in order; none: what came from the log meanwhile. */
  private loadRows(lane: Lane): void {
    const { parking, tenure } = this.options;
    if (!parking || lane.writing > 0) return;
    lane.busy = true;
    const loaded = parking.laneFrom(tenure, lane.key, 0n, ROWS_AT_ONCE).then((rows) => {
      lane.busy = false;
      const [head] = rows;
      if (!head) {
        this.rows.forget(lane.key);
        lane.mode = 'open';
        return this.goOn(lane);
      }
      this.rows.atLeast(lane.key, rows.length);
      if (head.state !== 'behind') return this.backToTable(lane);
      for (const row of rows) {
        if (row.state !== 'behind') break;
        lane.rows.push(this.deliveryOf(row));
      }
      this.goOn(lane);
    });
    void this.follow(loaded, lane, () => this.reload(lane));
  }

  private decide(lane: Lane, row: ParkedRow): void {
    const { parking, tenure } = this.options;
    if (!parking) return;
    lane.busy = true;
    const decided = parking.decide(tenure, row).then((gone) => {
      if (gone > 1) this.rows.forget(lane.key);
      else if (gone === 1) this.rows.add(lane.key, -1);
      lane.busy = false;
      lane.rows.shift();
      if (gone === 0) return this.backToTable(lane);
      this.goOn(lane);
    });
    void this.follow(decided, lane, () => this.reload(lane));
  }

  /** Something of the lane is being written; when it is refused, the tenure is over, or it is tried again. */
  private follow(writing: Promise<unknown>, lane: Lane, again?: () => void): Promise<unknown> {
    const followed = writing.catch(async (error: unknown) => {
      if (this.options.stop.requested) return;
      if (isFenced(error)) return this.options.onFenced(error);
      if (isChanged(error)) return this.reload(lane);
      await this.options.onUnavailable(error);
      again?.();
    });
    this.runs.add(followed);
    void followed.finally(() => this.runs.delete(followed));
    return followed;
  }

  private hold(lane: Lane, stillRunning: Promise<unknown> | undefined): void {
    if (!stillRunning) return;
    lane.hung += 1;
    this.options.logger.error({ lane: lane.key }, 'a run does not end; its key waits for it');
    void stillRunning.then(() => {
      lane.hung -= 1;
      if (lane.hung > 0) return;
      // What was parked meanwhile may have no head that is due at some time.
      if (lane.mode === 'parked') lane.mode = 'releasing';
      this.goOn(lane);
    });
  }

  private planOf({ event }: RunFailure) {
    const plan = this.options.plans.of(event.eventType);
    if (!plan) throw new Error('A handler has run for a type that none takes.');
    return plan;
  }

  private deliveryOf(row: ParkedRow): Delivery {
    const { plans, tenure } = this.options;
    const type = headerText(row.record, 'ce_type');
    return {
      tenure,
      record: row.record,
      lane: row.lane,
      bytes: memoryOf(row.record),
      entry: undefined,
      row,
      ahead: undefined,
      plan: type === undefined ? undefined : plans.left(type, row),
      attempts: 0,
    };
  }

  private newLane(key: string, mode: Lane['mode'] = 'open'): Lane {
    const lane = new Lane(key);
    lane.mode = mode;
    this.lanes.set(key, lane);
    return lane;
  }
}

function turnIn(lane: Lane): Turn {
  const before = lane.handedOver;
  const own = Promise.withResolvers<void>();
  lane.handedOver = own.promise;
  return { before, taken: own.resolve };
}
