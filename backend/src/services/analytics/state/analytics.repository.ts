import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import type { MinuteCount } from '../domain/counters';

export interface RecordedEvent {
  readonly identity: string;
  readonly eventType: string;
  readonly anonymousId: string | null;
  readonly userId: string | null;
  readonly occurredAt: string;
  readonly data: unknown;
}

/** Only analytics events are in them. */
export const ANALYTICS_TABLES = ['events', 'totals', 'minutes'];

/** More than transactions are under way at once. */
const SLOTS = 64;
const MINUTES_SHOWN = 60;
const EVENTS_KEPT_DAYS = 30;
const REMOVED_AT_ONCE = 5_000;

@Injectable()
export class AnalyticsRepository {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Event and counters in one statement; an identity that is there counts no more. Part of the unit of work. Each
   * transaction counts in a slot that no other one under way has: events share transactions, and two that count the same
   * types in another order would wait for each other in a circle.
   */
  async record(event: RecordedEvent): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      with free as materialized (
        select slot from generate_series(0, ${SLOTS - 1}) as slot
        where pg_try_advisory_xact_lock(hashtextextended(current_schema() || ':counters', slot)) limit 1
      ), added as (
        insert into events (identity, event_type, anonymous_id, user_id, occurred_at, data)
        values (${event.identity}, ${event.eventType}, ${event.anonymousId}, ${event.userId},
          ${event.occurredAt}, ${JSON.stringify(event.data)})
        on conflict (identity) do nothing
        returning event_type, coalesce((select slot from free), 0) as slot, date_trunc('minute', occurred_at) as minute
      ), total as (
        insert into totals as known (event_type, slot, count) select event_type, slot, 1 from added
        on conflict (event_type, slot) do update set count = known.count + 1
      )
      insert into minutes as known (minute, event_type, slot, count) select minute, event_type, slot, 1 from added
      on conflict (minute, event_type, slot) do update set count = known.count + 1`);
  }

  /** Part of the unit of work. */
  async empty(): Promise<void> {
    for (const table of ANALYTICS_TABLES) await this.unitOfWork.sql.run(sql`delete from ${sql.id(table)}`);
  }

  async totals(): Promise<Map<string, number>> {
    const rows = await this.database.rows<{ event_type: string; count: string }>(sql`
      select event_type, sum(count)::bigint as count from totals group by event_type`);
    return new Map(rows.map((row) => [row.event_type, Number(row.count)]));
  }

  async lastHour(): Promise<MinuteCount[]> {
    const rows = await this.database.rows<{ event_type: string; minute: Date; count: string }>(sql`
      select event_type, minute, sum(count)::bigint as count from minutes
      where minute > clock_timestamp() - make_interval(mins => ${MINUTES_SHOWN}) and minute <= clock_timestamp()
      group by event_type, minute order by minute, event_type`);
    return rows.map((row) => ({
      eventType: row.event_type,
      minute: row.minute.toISOString(),
      count: Number(row.count),
    }));
  }

  /** Takes away some of what is too old; answers whether there may be more of it. Totals stay. */
  async removeOld(): Promise<boolean> {
    const limit = sql`clock_timestamp() - make_interval(days => ${EVENTS_KEPT_DAYS})`;
    await this.database.run(sql`delete from minutes where minute < ${limit}`);
    const removed = await this.database.run(sql`
      delete from events where identity in (
        select identity from events where recorded_at < ${limit}
        limit ${REMOVED_AT_ONCE} for update skip locked)`);
    return removed === REMOVED_AT_ONCE;
  }
}
