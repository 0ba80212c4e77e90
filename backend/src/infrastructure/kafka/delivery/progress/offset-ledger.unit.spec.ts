import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutcomeCode } from '../outcome-codes';
import { type LedgerEntry, OffsetLedger } from './offset-ledger';
import type { Segment } from './segment-writer';

const CODES = Object.values(OutcomeCode);

const record = fc.record({
  /** Offsets before it that hold no record. */
  gap: fc.nat(3),
  codes: fc.array(fc.constantFrom(...CODES), { minLength: 3, maxLength: 3 }),
  /** When it ends, compared with the others. */
  end: fc.nat(1_000),
});

/** By offset, what the segments say of one handler; throws where two say something. */
function outcomesOf(segments: readonly Segment[]): Map<bigint, OutcomeCode> {
  const outcomes = new Map<bigint, OutcomeCode>();
  for (const { from, to, codes, runs } of segments) {
    let offset = from;
    for (const [index, code] of codes.entries()) {
      for (let left = runs[index] ?? 0n; left > 0n; left--) {
        if (outcomes.has(offset)) throw new Error(`Two outcomes of ${offset}.`);
        outcomes.set(offset++, code);
      }
    }
    expect(offset).toBe(to);
  }
  return outcomes;
}

/** As the table does: the latest state of a segment, by its handler and beginning. */
class Account {
  private readonly rows = new Map<string, Segment>();

  write(segments: readonly Segment[]): void {
    for (const segment of segments) this.rows.set(`${segment.handler} ${segment.from}`, segment);
  }

  of(handler: string): Segment[] {
    return [...this.rows.values()]
      .filter((segment) => segment.handler === handler)
      .toSorted((a, b) => Number(a.from - b.from));
  }
}

describe('OffsetLedger', () => {
  it('keeps whole and true accounts, in whatever order records end', () => {
    const starts = fc.array(fc.nat(30), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(starts, fc.array(record, { maxLength: 60 }), fc.boolean(), (from, records, saveOften) => {
        const handlers = from.map((start, index) => ({ handler: `h${index}`, from: BigInt(start) }));
        const ledger = new OffsetLedger(handlers);
        const first = BigInt(Math.min(...from));
        expect(ledger.watermark).toBe(first);
        const truth = new Map<bigint, readonly OutcomeCode[]>();
        const entries: { entry: LedgerEntry; codes: readonly OutcomeCode[]; end: number }[] = [];
        let next = first;
        for (const { gap, codes, end } of records) {
          for (let left = gap; left > 0; left--)
            truth.set(
              next++,
              from.map(() => OutcomeCode.void),
            );
          truth.set(next, codes);
          entries.push({ entry: ledger.receive(next++), codes, end });
        }
        expect(ledger.expected).toBe(next);
        const account = new Account();
        const open = new Set(entries.map(({ entry }) => entry));
        for (const { entry, codes } of entries.toSorted((a, b) => a.end - b.end)) {
          const before = ledger.watermark;
          open.delete(entry);
          expect(ledger.complete(entry, codes)).toBe(ledger.watermark > before);
          for (const waiting of open) expect(ledger.watermark).toBeLessThanOrEqual(waiting.from);
          if (saveOften) account.write(ledger.takeChanged());
        }
        account.write(ledger.takeChanged());
        expect(ledger.watermark).toBe(next);
        expect(ledger.open).toBe(0);
        expect(ledger.takeChanged()).toEqual([]);
        for (const [index, { handler, from: start }] of handlers.entries()) {
          const segments = account.of(handler);
          for (const [nth, segment] of segments.entries())
            expect(segment.from).toBe(segments[nth - 1]?.to ?? start);
          const expected = [...truth]
            .filter(([offset]) => offset >= start)
            .map(([offset, codes]) => [offset, codes[index]]);
          expect([...outcomesOf(segments)]).toEqual(expected);
        }
      }),
    );
  });

  it('counts a stretch that retention removed, and a control record, for every handler', () => {
    const ledger = new OffsetLedger([{ handler: 'h', from: 5n }]);
    expect(ledger.skipTo(5n, OutcomeCode.expired)).toBe(false);
    expect(ledger.skipTo(9n, OutcomeCode.expired)).toBe(true);
    expect(ledger.skipTo(10n, OutcomeCode.void)).toBe(true);
    expect(ledger.takeChanged()).toEqual([
      { handler: 'h', from: 5n, to: 10n, codes: [OutcomeCode.expired, OutcomeCode.void], runs: [4n, 1n] },
    ]);
  });

  it('stays right over more records than it keeps at once', () => {
    const ledger = new OffsetLedger([{ handler: 'h', from: 0n }]);
    for (let offset = 0n; offset < 5_000n; offset++) {
      const entry = ledger.receive(offset);
      expect(ledger.open).toBe(1);
      ledger.complete(entry, [offset % 2n === 0n ? OutcomeCode.ownRow : OutcomeCode.ignored]);
    }
    expect(ledger.watermark).toBe(5_000n);
    const segments = ledger.takeChanged();
    expect(Math.max(...segments.map(({ codes }) => codes.length))).toBeLessThanOrEqual(256);
    expect(outcomesOf(segments).size).toBe(5_000);
  });
});
