import { OutcomeCode } from '../outcome-codes';
import { type Segment, SegmentWriter } from './segment-writer';

/** A stretch of offsets, mostly one record, and what became of it by handler; undefined while it is under way. */
export interface LedgerEntry {
  readonly from: bigint;
  readonly to: bigint;
  codes: readonly OutcomeCode[] | undefined;
}

export interface HandlerStart {
  readonly handler: string;
  /** The first offset that the handler has no outcome for. */
  readonly from: bigint;
}

const COMPACT_AT = 1_024;

/**
 * Outcomes of one tenure of a partition. Records end in any order; the watermark moves over what has ended without
 * a hole, and only then the outcomes enter the handlers' accounts.
 */
export class OffsetLedger {
  private entries: LedgerEntry[] = [];
  private head = 0;
  private next: bigint;
  private done: bigint;
  private readonly accounts: readonly SegmentWriter[];
  /** Codes of a stretch that is nobody's record, by handler. */
  private readonly uniform = new Map<OutcomeCode, readonly OutcomeCode[]>();

  constructor(handlers: readonly HandlerStart[]) {
    this.accounts = handlers.map(({ handler, from }) => new SegmentWriter(handler, from));
    const starts = handlers.map(({ from }) => from);
    this.done = starts.reduce((least, from) => (from < least ? from : least), starts[0] ?? 0n);
    this.next = this.done;
  }

  /** Everything below has an outcome for every handler. */
  get watermark(): bigint {
    return this.done;
  }

  /** The offset that the next record is expected at, or beyond. */
  get expected(): bigint {
    return this.next;
  }

  /** Entries between the watermark and the end of what was read. */
  get open(): number {
    return this.entries.length - this.head;
  }

  startOf(handlerIndex: number): bigint {
    return this.accounts[handlerIndex]?.start ?? 0n;
  }

  /** A record was read. Offsets between the last one and this one hold none. */
  receive(offset: bigint): LedgerEntry {
    this.skipTo(offset, OutcomeCode.void);
    const entry: LedgerEntry = { from: offset, to: offset + 1n, codes: undefined };
    this.entries.push(entry);
    this.next = entry.to;
    return entry;
  }

  /** The offsets up to here hold nothing to deliver. True when the watermark moved. */
  skipTo(offset: bigint, code: OutcomeCode): boolean {
    if (offset <= this.next) return false;
    this.entries.push({ from: this.next, to: offset, codes: this.uniformly(code) });
    this.next = offset;
    return this.advance();
  }

  /** True when the watermark moved. */
  complete(entry: LedgerEntry, codes: readonly OutcomeCode[]): boolean {
    entry.codes = codes;
    return this.entries[this.head] === entry && this.advance();
  }

  /** Parts of the accounts that changed since the last call. */
  takeChanged(): Segment[] {
    return this.accounts.flatMap((account) => account.takeChanged());
  }

  private advance(): boolean {
    const before = this.done;
    for (;;) {
      const entry = this.entries[this.head];
      if (!entry?.codes) break;
      for (let index = 0; index < this.accounts.length; index++) {
        this.accounts[index]?.append(entry.to, entry.codes[index] ?? OutcomeCode.ownRow);
      }
      this.done = entry.to;
      this.head += 1;
    }
    if (this.head >= COMPACT_AT && this.head * 2 >= this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    return this.done > before;
  }

  private uniformly(code: OutcomeCode): readonly OutcomeCode[] {
    const known = this.uniform.get(code);
    if (known) return known;
    const codes = this.accounts.map(() => code);
    this.uniform.set(code, codes);
    return codes;
  }
}
