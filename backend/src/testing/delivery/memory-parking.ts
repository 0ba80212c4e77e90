import { FencedError, ParkedEventChangedError } from '@/infrastructure/kafka/delivery/delivery.errors';
import type {
  BurialOutcome,
  BurialRequest,
  EffectRun,
  Parking,
  ParkedRow,
  ParkRequest,
  Tenure,
} from '@/infrastructure/kafka/delivery/delivery-store.port';

export type MemoryRow = ParkedRow & { readonly tenure: Tenure; readonly dueAt: number | null };

export interface MemoryParkingOptions {
  readonly isOwner: (tenure: Tenure) => boolean;
  /** Asked before each call; what it throws is the answer. */
  readonly fault: (at: string) => void;
}

/** Parked rows as the tables keep them, by the same rules; due by `performance.now()`. */
export class MemoryParking implements Parking {
  readonly rows = new Map<string, MemoryRow>();
  readonly discarded = new Set<bigint>();

  constructor(private readonly options: MemoryParkingOptions) {}

  async park(requests: readonly ParkRequest[]): Promise<void> {
    this.options.fault('park');
    for (const { tenure } of requests) this.refuseFenced(tenure);
    for (const { from, tenure } of requests) if (from) this.asItWas(tenure, from);
    for (const request of requests) this.write(request);
  }

  async due(
    owned: readonly { readonly tenure: Tenure; readonly except: readonly string[] }[],
    limit: number,
  ) {
    this.options.fault('due');
    const now = performance.now();
    const rows = [...this.rows.values()].flatMap((row) => {
      const owner = owned.find(({ tenure }) => tenure.partition === row.tenure.partition);
      if (!owner || row.dueAt === null || row.dueAt > now || owner.except.includes(row.lane)) return [];
      return [{ ...row, tenure: owner.tenure }];
    });
    return { rows: rows.toSorted(byDueTime).slice(0, limit), nextMs: 20 };
  }

  async laneFrom(tenure: Tenure, lane: string, offset: bigint, limit: number): Promise<readonly MemoryRow[]> {
    this.options.fault('laneFrom');
    return this.lane(tenure, lane)
      .filter(({ record }) => record.offset >= offset)
      .slice(0, limit);
  }

  async decide(tenure: Tenure, row: ParkedRow): Promise<number> {
    this.options.fault('decide');
    this.refuseFenced(tenure);
    const known = this.asItWas(tenure, row);
    const gone = row.state === 'discard' ? this.lane(tenure, row.lane) : [known];
    const remaining = row.pending.filter((name) => name !== row.handler && name !== '*');
    if (row.state === 'skip' && remaining.length > 0) {
      const next = { state: 'waiting', attempts: 0, handler: null, pending: remaining } as const;
      this.put({ ...known, ...next, dueAt: performance.now() });
      return 0;
    }
    for (const { record } of gone) {
      this.rows.delete(placeOf(tenure, record.offset));
      if (row.state === 'discard') this.discarded.add(record.offset);
    }
    return gone.length;
  }

  /** The rows of a lane, in order. */
  lane(tenure: Tenure, lane: string): readonly MemoryRow[] {
    return [...this.rows.values()]
      .filter((row) => row.lane === lane && row.tenure.partition === tenure.partition)
      .toSorted((a, b) => Number(a.record.offset - b.record.offset));
  }

  /** Takes the row of a run away, or leaves it to the handlers that remain. Rejects where it is another one by now. */
  /** All of them or none, as a transaction does. */
  settle(runs: readonly EffectRun[]): void {
    const claimed = runs.flatMap(({ tenure, claim }) => (claim ? [{ tenure, claim }] : []));
    for (const { tenure, claim } of claimed) this.asItWas(tenure, claim.row);
    for (const { tenure, claim } of claimed) {
      const known = this.asItWas(tenure, claim.row);
      if (claim.remaining.length > 0) this.put({ ...known, pending: claim.remaining });
      else this.rows.delete(placeOf(tenure, known.record.offset));
    }
  }

  bury({ tenure, letter, lane, remaining, laneWaits, from }: BurialRequest): BurialOutcome {
    if (from) this.asItWas(tenure, from);
    const place = placeOf(tenure, letter.record.offset);
    if (!laneWaits && remaining.length === 0) {
      this.rows.delete(place);
      return 'gone';
    }
    const row = { tenure, record: letter.record, lane, editedValue: null };
    if (laneWaits) {
      const pending = [letter.handler, ...remaining];
      const { handler, attempts } = letter;
      this.put({ ...row, pending, handler, attempts, state: 'dead', dueAt: null });
      return 'waits';
    }
    const now = performance.now();
    this.put({ ...row, pending: remaining, handler: null, attempts: 0, state: 'waiting', dueAt: now });
    return 'goes-on';
  }

  put(row: MemoryRow): void {
    this.rows.set(placeOf(row.tenure, row.record.offset), row);
  }

  /** What a takeover does: a lane without a head gets one. */
  giveHeads({ partition }: Tenure): void {
    const own = [...this.rows.values()].filter(({ tenure }) => tenure.partition === partition);
    for (const lane of new Set(own.map((row) => row.lane))) {
      const rows = own.filter((row) => row.lane === lane);
      const [first] = rows.toSorted((a, b) => Number(a.record.offset - b.record.offset));
      if (first && rows.every(({ state }) => state === 'behind'))
        this.put({ ...first, state: 'waiting', dueAt: performance.now() });
    }
  }

  private write({ tenure, record, lane, pending, failure, from }: ParkRequest): void {
    const known = this.rows.get(placeOf(tenure, record.offset));
    const dueAt = failure ? performance.now() + failure.delayMs : null;
    const handler = failure?.handler ?? null;
    const attempts = failure?.attempts ?? 0;
    if (from && known) return this.put({ ...known, pending, handler, attempts, state: 'waiting', dueAt });
    if (known) return this.put({ ...known, pending: [...new Set([...known.pending, ...pending])] });
    const state = failure ? 'waiting' : 'behind';
    this.put({ tenure, record, lane, pending, handler, attempts, state, editedValue: null, dueAt });
  }

  private asItWas(tenure: Tenure, { record, state, attempts }: ParkedRow): MemoryRow {
    const known = this.rows.get(placeOf(tenure, record.offset));
    if (known?.state !== state || known.attempts !== attempts) throw new ParkedEventChangedError();
    return known;
  }

  private refuseFenced(tenure: Tenure): void {
    if (!this.options.isOwner(tenure)) throw new FencedError('has a new owner');
  }
}

const placeOf = ({ partition }: Tenure, offset: bigint): string => `${partition}/${offset}`;
const byDueTime = (a: MemoryRow, b: MemoryRow) => (a.dueAt ?? 0) - (b.dueAt ?? 0);
