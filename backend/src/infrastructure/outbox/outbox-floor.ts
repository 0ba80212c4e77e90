import { type SqlSession, sql } from '@/infrastructure/postgres/sql';

interface Look {
  /** The last number drawn before `xid` was. */
  readonly last: string;
  readonly xid: string;
  /** Every transaction before this one has ended. */
  readonly xmin: string;
  readonly oldest: string | null;
  readonly refused: string | null;
}

const EVERY_ROWS = 2_000;

/**
 * Below which number no row can be any more. Deleted rows stay in the table and its index while any snapshot is open that
 * could see them, a dump's for instance, and each look for the oldest rows would pass all of them.
 *
 * It is no cursor: a number drawn early may be committed late, so it moves only over numbers whose transactions have all
 * ended. A transaction has its id before it draws a number (outbox-append.ts). So of the numbers up to `last`, each was
 * drawn by a transaction before `xid`; when a later snapshot's `xmin` is past `xid`, they have ended, and what they have
 * left is in that snapshot, waiting or refused. `xmin` is the whole server's, so others' transactions delay it, too. A
 * refused row comes back under its old number; the floor stays below.
 */
export class OutboxFloor {
  from = '0';
  private drawn: Pick<Look, 'last' | 'xid'> | undefined;
  private rows = 0;

  /** One statement for each 2,000 rows. */
  async relayed(session: SqlSession, rows: number): Promise<void> {
    this.rows += rows;
    if (this.rows < EVERY_ROWS) return;
    this.rows = 0;
    const look = await session.row<Look>(sql`
      with drawn as materialized (
        select case when is_called then last_value else 0 end as last from outbox_seq_seq
      )
      select last::text, pg_current_xact_id()::text as xid, pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
        (select min(seq) from outbox where seq >= ${this.from}::bigint)::text as oldest,
        (select min(seq) from outbox_refused where set_aside_at is null)::text as refused
      from drawn`);
    if (look) this.raise(look);
  }

  private raise({ last, xid, xmin, oldest, refused }: Look): void {
    const { drawn } = this;
    if (drawn === undefined) {
      this.drawn = { last, xid };
      return;
    }
    // One of the transactions goes on; the next look asks for the same again.
    if (BigInt(xmin) <= BigInt(drawn.xid)) return;
    const kept = [oldest, refused].flatMap((seq) => (seq === null ? [] : [BigInt(seq)]));
    const floor = kept.reduce((least, seq) => (seq < least ? seq : least), BigInt(drawn.last) + 1n);
    if (floor > BigInt(this.from)) this.from = String(floor);
    this.drawn = { last, xid };
  }
}
