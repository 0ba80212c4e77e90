import type { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** 1970-01-05, a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const WEEKS_AHEAD = 2;
const MOST_MOVED = 10_000;
const BLOCKS_PER_DELETE = 256;
const WEEK_NAME = /^inbox_(\d{4})(\d{2})(\d{2})$/;

/**
 * The inbox as a table: a partition a week of the events' own times, and a default one for events without a time and of
 * weeks that have none. Who has to wait for a lock gives up after half a second, so that no insert waits longer than
 * that behind it; the next round tries again.
 */
export class InboxWeeks {
  constructor(private readonly database: Database) {}

  /** Makes the partitions of this week and of the next two. Several processes may do so at once. Answers how many were made. */
  async ensure(now: Date): Promise<number> {
    let made = 0;
    for (let ahead = 0; ahead <= WEEKS_AHEAD; ahead++) {
      const week = new Date(weekOf(now.getTime()) + ahead * WEEK_MS);
      if (await this.addWeek(week)) made += 1;
    }
    return made;
  }

  /** Removes the weeks that ended before. Answers their names. */
  async dropBefore(time: Date): Promise<readonly string[]> {
    const past = (await this.weeks()).filter(({ end }) => end <= time.getTime());
    for (const { name } of past) {
      // Emptied first: that locks nothing but itself, and where the drop has to wait its space is free already.
      for (const act of [sql`truncate ${sql.id(name)}`, sql`drop table ${sql.id(name)}`]) {
        await this.alone(async (session) => {
          if (await exists(session, name)) await session.run(act);
        });
      }
    }
    return past.map(({ name }) => name);
  }

  /**
   * Deletes what is older from the default partition, a few blocks at a time. Rows without a time, or with one from the
   * future, go by when they were written. Answers how many.
   */
  async forgetBefore(time: Date): Promise<number> {
    const size = await this.database.row<{ blocks: number }>(sql`
      select (pg_relation_size('inbox_default') / current_setting('block_size')::int)::int as blocks`);
    const blocks = size?.blocks ?? 0;
    let deleted = 0;
    for (let block = 0; block < blocks; block += BLOCKS_PER_DELETE) {
      deleted += await this.database.run(sql`
        delete from inbox_default
        where ctid >= ${`(${block},0)`}::tid and ctid < ${`(${block + BLOCKS_PER_DELETE},0)`}::tid
          and case when isfinite(event_time) and event_time < handled_at + interval '1 day'
            then event_time else handled_at end < ${time}`);
    }
    return deleted;
  }

  private addWeek(week: Date): Promise<boolean> {
    return this.alone(async (session) => {
      if (await exists(session, `inbox_${week.toISOString().slice(0, 10).replaceAll('-', '')}`)) return false;
      const row = await session.row<{ made: boolean }>(
        sql`select inbox_add_week(${week}, ${MOST_MOVED}) as made`,
      );
      return row?.made === true;
    });
  }

  private async weeks(): Promise<
    readonly { readonly name: string; readonly start: number; readonly end: number }[]
  > {
    const rows = await this.database.rows<{ name: string }>(sql`
      select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'inbox'::regclass order by relname`);
    return rows.flatMap(({ name }) => {
      const [, year, month, day] = WEEK_NAME.exec(name) ?? [];
      if (day === undefined) return [];
      const start = Date.UTC(Number(year), Number(month) - 1, Number(day));
      return [{ name, start, end: start + WEEK_MS }];
    });
  }

  /** One process at a time, and none that waits for long. */
  private alone<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.database.transaction(async (session) => {
      await session.run(sql`set local lock_timeout = '500ms'`);
      await session.run(sql`
        select pg_advisory_xact_lock(hashtextextended(current_schema() || ':inbox weeks', 0))`);
      return work(session);
    });
  }
}

const weekOf = (ms: number) => ms - ((ms - FIRST_MONDAY_MS) % WEEK_MS);

async function exists(session: SqlSession, table: string): Promise<boolean> {
  const row = await session.row<{ there: boolean }>(sql`
    select to_regclass(format('%I.%I', current_schema(), ${table}::text)) is not null as there`);
  return row?.there === true;
}
