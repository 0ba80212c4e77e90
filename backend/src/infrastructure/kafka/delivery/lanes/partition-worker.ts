import { Stop } from '@/infrastructure/concurrency/stop';
import { headerText, memoryOf } from '@/infrastructure/kafka/transport/log-record';
import type { FetchedBatch, LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { ParkedRow, Tenure } from '../delivery-store.port';
import { OutcomeCode } from '../outcome-codes';
import { OffsetLedger } from '../progress/offset-ledger';
import type { Segment } from '../progress/segment-writer';
import type { Lookahead } from '../runs/lookahead';
import type { RunMeter } from '../runs/run-meter';
import { EVERY_HANDLER, type Plan, type SubscriptionPlan } from '../runs/subscription-plan';
import { type Delivery, laneOf } from './delivery';
import type { Lane } from './lane';
import { LaneTable, type LaneTableOptions } from './lane-table';

export interface PartitionWorkerOptions
  extends Omit<LaneTableOptions, 'tenure' | 'plans' | 'onDone' | 'onRoom' | 'stop'> {
  readonly tenure: Tenure;
  readonly plans: SubscriptionPlan;
  /** By account of the plan, the first offset without an outcome. */
  readonly starts: readonly { readonly handler: string; readonly from: bigint }[];
  /** By offset, the handlers that the event is dead for, as the last owner left it. */
  readonly letters: ReadonlyMap<bigint, readonly string[]>;
  readonly meter: RunMeter;
  readonly lookahead: Lookahead;
  /** More is read ahead here than the limit, or no longer. */
  readonly onPressure: (full: boolean) => void;
  readonly onProgress: () => void;
  /** Bytes this partition may read ahead now; it changes with the number of partitions. */
  readonly limitBytes: () => number;
}

/** Outcomes that may lie ahead of one that is still under way. */
const MOST_OPEN = 50_000;

/**
 * One tenure of a partition. Records go to their lanes and end in any order; offsets that come again (a rejoin, a
 * seek) while they wait or run are known by their number and left out.
 */
export class PartitionWorker {
  readonly tenure: Tenure;
  private ledger: OffsetLedger;
  private readonly lanes: LaneTable;
  private readonly stop = new Stop();
  private readonly latestStart: bigint;
  private bytes = 0;
  private full = false;

  constructor(private readonly options: PartitionWorkerOptions) {
    const { tenure, starts } = options;
    this.tenure = tenure;
    this.ledger = new OffsetLedger(starts);
    this.latestStart = starts.reduce((latest, { from }) => (from > latest ? from : latest), 0n);
    this.lanes = new LaneTable({
      ...options,
      stop: this.stop,
      onDone: (delivery, codes) => this.done(delivery, codes),
      onRoom: () => this.checkPressure(),
    });
  }

  /** Everything below has an outcome. */
  get watermark(): bigint {
    return this.ledger.watermark;
  }

  /** Where reading begins. */
  get from(): bigint {
    return this.ledger.expected;
  }

  get isFull(): boolean {
    return this.full;
  }

  /** Parked rows of this partition, as far as this process knows. */
  get parked(): number {
    return this.lanes.parkedRows;
  }

  takeSegments(): Segment[] {
    return this.ledger.takeChanged();
  }

  accept(batch: FetchedBatch): void {
    if (this.stop.requested) return;
    let moved = false;
    for (const record of batch.records)
      if (record.offset >= this.ledger.expected) moved = this.receive(record) || moved;
    moved = this.ledger.skipTo(batch.nextOffset, OutcomeCode.void) || moved;
    if (moved) this.options.onProgress();
    this.checkPressure();
  }

  /** Retention was quicker: what lies between is gone. */
  expiredTo(logStart: bigint): void {
    if (this.ledger.skipTo(logStart, OutcomeCode.expired)) this.options.onProgress();
  }

  /** The log has lost its end; its offsets are given a second time from here. */
  startAgainFrom(offset: bigint): void {
    this.ledger = new OffsetLedger(this.options.starts.map(({ handler }) => ({ handler, from: offset })));
    this.options.onProgress();
  }

  /** A parked head whose time has come. */
  release(row: ParkedRow): void {
    if (!this.stop.requested) this.lanes.release(row);
  }

  /** Released events would run now. */
  get takesReleased(): boolean {
    return !this.stop.requested && !this.options.dispatcher.held;
  }

  /** Lanes with a head under way; the next look leaves them out. */
  get releasing(): readonly Lane[] {
    return this.lanes.releasing;
  }

  /** Nothing new is begun. Resolves when the runs under way have ended. */
  async abandon(): Promise<void> {
    this.stop.request();
    this.options.lookahead.end();
    await this.lanes.ended();
  }

  checkPressure(): void {
    const limit = this.options.limitBytes();
    const most = this.full ? limit / 2 : limit;
    const full = this.bytes > most || this.ledger.open > MOST_OPEN || this.lanes.overfull;
    if (full === this.full) return;
    this.full = full;
    this.options.onPressure(full);
  }

  /** True when the watermark moved. */
  private receive(record: LogRecord): boolean {
    const { plans, meter } = this.options;
    const entry = this.ledger.receive(record.offset);
    const type = headerText(record, 'ce_type');
    const known = type === undefined ? undefined : plans.of(type);
    // Types nobody here takes are not decoded: their schema may be unknown to us, and that is no fault.
    const late = known && record.offset < this.latestStart ? this.lateOnly(known, record.offset) : known;
    if (type !== undefined && !late) {
      meter.ignored({ tenure: this.tenure, record }, type);
      return this.ledger.complete(entry, plans.ignored);
    }
    const dead = this.options.letters.get(record.offset);
    const plan = late && dead ? this.without(late, dead) : late;
    if (dead && (!plan || dead.includes(EVERY_HANDLER)))
      return this.ledger.complete(entry, late?.codes ?? plans.ownRows);
    const bytes = memoryOf(record);
    this.bytes += bytes;
    this.lanes.arrive({
      tenure: this.tenure,
      record,
      lane: laneOf(record),
      bytes,
      entry,
      row: undefined,
      ahead:
        plan && plan.outside.length > 0
          ? this.options.lookahead.begin(this.tenure, record, plan.outside)
          : undefined,
      plan,
      attempts: 0,
    });
    return false;
  }

  /** Handlers that are further on have this offset behind them. */
  private lateOnly(plan: Plan, offset: bigint): Plan | undefined {
    const { plans } = this.options;
    return plans.only(plan, (name) => this.ledger.startOf(plans.accounts.indexOf(name)) <= offset);
  }

  /** What was dead before the last owner ended is not run a second time; it is a person's. */
  private without(plan: Plan, dead: readonly string[]): Plan | undefined {
    const alive = this.options.plans.only(plan, (name) => !dead.includes(name));
    return alive && { ...alive, codes: plan.codes };
  }

  private done(delivery: Delivery, codes: readonly OutcomeCode[]): void {
    if (!delivery.entry) return;
    delivery.ahead?.over();
    this.bytes -= delivery.bytes;
    if (this.ledger.complete(delivery.entry, codes)) this.options.onProgress();
    this.checkPressure();
  }
}
