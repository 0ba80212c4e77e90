import { OutcomeCode } from '@/infrastructure/kafka/delivery/outcome-codes';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { AccountSource } from '../account-source';
import type { LogBounds } from '../sql/tracks.sql';
import type { AuditFault, AuditFinding } from './audit-finding';
import { judge } from './judge';
import { factsOf, type RecordFacts } from './record-facts';
import type { OutcomeRow, Run, StoredOutcomes, Track } from './stored-outcomes';

export interface PartitionAuditOptions {
  readonly session: SqlSession;
  readonly bounds: LogBounds;
  readonly stored: StoredOutcomes;
  readonly decode: AccountSource['decode'];
  /** Compaction removes records that had an outcome, so a missing one says nothing. */
  readonly compacted: boolean;
  readonly report: (finding: AuditFinding) => void;
}

type Doubt = { readonly track: Track; readonly offset: bigint; readonly facts: RecordFacts };

/** Compares the records of one partition with what is stored about them, stretch by stretch in offset order. */
export class PartitionAudit {
  private runs: Run[] = [];

  constructor(private readonly options: PartitionAuditOptions) {}

  /** `records` are all that the log holds in `[from, to)`. */
  async compare(from: bigint, to: bigint, records: readonly LogRecord[]): Promise<void> {
    const { stored, decode } = this.options;
    this.runs = [...this.runs.filter(({ hi }) => hi > from), ...(await stored.takeRuns(to))];
    const rows = Map.groupBy(await stored.takeRows(to), ({ track, at }) => `${track}/${at}`);
    const runsOf = Map.groupBy(this.runs, ({ track }) => track);
    const facts: RecordFacts[] = [];
    for (const record of records) facts.push(await factsOf(record, decode));
    for (const track of stored.tracks) {
      const doubts = this.compareTrack(track, from, to, records, facts, runsOf.get(track.track) ?? [], rows);
      if (doubts.length > 0) await this.lookForFirsts(doubts);
    }
  }

  private compareTrack(
    track: Track,
    from: bigint,
    to: bigint,
    records: readonly LogRecord[],
    facts: readonly RecordFacts[],
    runs: readonly Run[],
    rows: ReadonlyMap<string, readonly OutcomeRow[]>,
  ): Doubt[] {
    const base = max(from, BigInt(track.base));
    const ceiling = min(to, BigInt(track.ceiling));
    const doubts: Doubt[] = [];
    let next = base;
    let run = 0;
    for (const [index, { offset }] of records.entries()) {
      if (offset < base || offset >= ceiling) continue;
      this.reportMissing(track, next, offset, runs);
      next = offset + 1n;
      while ((runs[run]?.hi ?? offset + 1n) <= offset) run += 1;
      const covering = runs[run];
      const code = covering && covering.lo <= offset ? covering.code : undefined;
      const known = facts[index] ?? { eventType: undefined, identity: undefined };
      const fault = judge(known, track, { code, rows: rows.get(`${track.track}/${offset}`) ?? [] });
      if (fault) this.report(track, fault, offset, offset + 1n, known);
      else if (code === OutcomeCode.repeated) doubts.push({ track, offset, facts: known });
    }
    this.reportMissing(track, next, ceiling, runs);
    return doubts;
  }

  /** Of `[from, to)` the log holds nothing; what is stored about it as anything else is wrong. */
  private reportMissing(track: Track, from: bigint, to: bigint, runs: readonly Run[]): void {
    if (from >= to || this.options.compacted) return;
    for (const { lo, hi, code } of runs) {
      if (code === OutcomeCode.void || lo >= to || hi <= from) continue;
      this.report(track, 'no-record', max(lo, from), min(hi, to));
    }
  }

  private async lookForFirsts(doubts: readonly Doubt[]): Promise<void> {
    const { session } = this.options;
    const [{ track }] = doubts as [Doubt];
    const identities = doubts.map(({ facts }) => facts.identity ?? '');
    const found = await session.rows<{ event_identity: string }>(sql`
      select distinct event_identity from inbox where group_id = ${track.group_id} and handler = ${track.handler}
        and event_identity = any(${identities})`);
    const firsts = new Set(found.map(({ event_identity }) => event_identity));
    for (const { offset, facts } of doubts) {
      if (!firsts.has(facts.identity ?? '')) this.report(track, 'no-first', offset, offset + 1n, facts);
    }
  }

  private report(track: Track, fault: AuditFault, from: bigint, to: bigint, facts?: RecordFacts): void {
    const { topic, partition } = this.options.bounds;
    this.options.report({
      topic,
      group: track.group_id,
      handler: track.handler,
      partition,
      from: Number(from),
      to: Number(to),
      fault,
      ...(facts?.eventType === undefined ? {} : { eventType: facts.eventType }),
    });
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
