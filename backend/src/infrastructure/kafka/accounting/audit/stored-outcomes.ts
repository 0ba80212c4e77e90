import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { AccountFilter } from '../accountant';
import type { ExpectedAccount } from '../account-source';
import { outcomeRowsSql } from '../sql/outcome-rows.sql';
import { type LogBounds, tracksSql } from '../sql/tracks.sql';

/** One handler's account of one partition. It is held for `[base, ceiling)`. */
export interface Track {
  readonly track: number;
  readonly group_id: string;
  readonly handler: string;
  readonly event_types: readonly string[];
  readonly registered: boolean;
  readonly base: string;
  readonly ceiling: string;
}

export interface OutcomeRow {
  readonly track: number;
  readonly at: bigint;
  readonly outcome: 'handled' | 'retrying' | 'dead' | 'skipped' | 'ignored';
  readonly weak: boolean;
  readonly event_identity: string;
}

export interface Run {
  readonly track: number;
  readonly code: number;
  readonly lo: bigint;
  readonly hi: bigint;
}

type AsText<Row> = { readonly [Name in keyof Row]: Row[Name] extends bigint ? string : Row[Name] };

/** Everything stored about one partition, in offset order, read as far as it is asked for. */
export class StoredOutcomes {
  private constructor(
    readonly tracks: readonly Track[],
    private readonly rows: Cursor<OutcomeRow>,
    private readonly runs: Cursor<Run>,
  ) {}

  static async open(
    session: SqlSession,
    bounds: LogBounds,
    expected: readonly ExpectedAccount[],
    { group, handler }: AccountFilter,
  ): Promise<StoredOutcomes> {
    const from = tracksSql([bounds], expected);
    const all = await session.rows<Track>(sql`with ${from} select * from tracks where ceiling > base`);
    const tracks = all.filter(
      (track) =>
        (group === undefined || track.group_id === group) &&
        (handler === undefined || track.handler === handler),
    );
    const rows = await Cursor.open<OutcomeRow>(
      session,
      'audited_rows',
      sql`with ${from}, ${outcomeRowsSql} select * from outcome_rows order by at`,
      (row) => ({ ...row, at: BigInt(row.at) }),
    );
    const runs = await Cursor.open<Run>(
      session,
      'audited_runs',
      sql`with ${from} select track, code, greatest(lo, base) as lo, least(hi, ceiling) as hi
        from runs join tracks using (track) where lo < ceiling and hi > base order by lo`,
      (row) => ({ ...row, lo: BigInt(row.lo), hi: BigInt(row.hi) }),
    );
    return new StoredOutcomes(tracks, rows, runs);
  }

  /** The rows below the offset that were not taken yet. */
  takeRows(below: bigint): Promise<readonly OutcomeRow[]> {
    return this.rows.takeWhile(({ at }) => at < below);
  }

  /** The runs that begin below the offset and were not taken yet. */
  takeRuns(below: bigint): Promise<readonly Run[]> {
    return this.runs.takeWhile(({ lo }) => lo < below);
  }
}

/** A query's rows as a stream, within the session's transaction. */
class Cursor<Row> {
  private ahead: Row[] = [];
  private ended = false;

  private constructor(
    private readonly session: SqlSession,
    private readonly fetch: SqlQuery,
    private readonly read: (row: AsText<Row>) => Row,
  ) {}

  static async open<Row>(
    session: SqlSession,
    name: string,
    query: SqlQuery,
    read: (row: AsText<Row>) => Row,
  ): Promise<Cursor<Row>> {
    await session.run(sql`declare ${sql.id(name)} no scroll cursor for ${query}`);
    return new Cursor(session, sql`fetch 2000 from ${sql.id(name)}`, read);
  }

  async takeWhile(wanted: (row: Row) => boolean): Promise<readonly Row[]> {
    const taken: Row[] = [];
    for (;;) {
      const end = this.ahead.findIndex((row) => !wanted(row));
      if (end >= 0) {
        taken.push(...this.ahead.splice(0, end));
        return taken;
      }
      for (const row of this.ahead) taken.push(row);
      this.ahead = [];
      if (this.ended) return taken;
      this.ahead = (await this.session.rows<AsText<Row>>(this.fetch)).map(this.read);
      this.ended = this.ahead.length === 0;
    }
  }
}
