import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import { type Choreography, type ChoreographyOutcome, newChoreography } from '../domain/choreography';

export interface StoredChoreography {
  readonly state: Choreography;
  /** Its time has come, by the database's clock. */
  readonly overdue: boolean;
}

/** Where the orders stand that no saga drives, and when to look at them. Guarded by the lock of the order's stream. */
@Injectable()
export class ChoreographyStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly database: Database,
  ) {}

  /** Leaves one alone that is there already, but that it has a time. */
  async open(orderId: string, { state, dueInMs = null }: ChoreographyOutcome): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into choreographies (order_id, state, due_at)
      values (${orderId}, ${JSON.stringify(state)}::jsonb, ${inMs(dueInMs)})
      on conflict (order_id) do update set due_at = coalesce(choreographies.due_at, excluded.due_at)`);
  }

  /** A state may have been written before a field of today was known. */
  async load(orderId: string): Promise<StoredChoreography> {
    const row = await this.unitOfWork.sql.row<StoredChoreography>(sql`
      select state, coalesce(due_at <= clock_timestamp(), false) as overdue
      from choreographies where order_id = ${orderId}`);
    return { state: { ...newChoreography, ...row?.state }, overdue: row?.overdue ?? false };
  }

  async save(
    orderId: string,
    { state, dueInMs }: Pick<ChoreographyOutcome, 'state' | 'dueInMs'>,
  ): Promise<void> {
    const dueAt = dueInMs === undefined ? sql`choreographies.due_at` : sql`excluded.due_at`;
    await this.unitOfWork.sql.run(sql`
      insert into choreographies (order_id, state, due_at)
      values (${orderId}, ${JSON.stringify(state)}::jsonb, ${inMs(dueInMs ?? null)})
      on conflict (order_id) do update set state = excluded.state, due_at = ${dueAt}`);
  }

  /**
   * Locks the longest overdue order that nobody works on. It may have moved on since the look: `load` tells, under
   * the lock.
   */
  async lockDue(): Promise<string | undefined> {
    const row = await this.unitOfWork.sql.row<{ orderId: string }>(sql`
      select order_id as "orderId" from choreographies join streams on stream_id = order_id
      where due_at <= statement_timestamp() order by due_at limit 1
      for no key update of streams skip locked`);
    return row?.orderId;
  }

  /** A time that has come; one that was set meanwhile stays. */
  async postpone(orderId: string, ms: number): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      update choreographies set due_at = ${inMs(ms)}
      where order_id = ${orderId} and due_at <= clock_timestamp()`);
  }

  /** Milliseconds by the database's clock, 0 when one has passed; undefined: none is set. Needs no unit of work. */
  async untilNextDeadline(): Promise<number | undefined> {
    const row = await this.database.row<{ wait: number | null }>(sql`
      select greatest(0, extract(epoch from min(due_at) - clock_timestamp()) * 1000)::float8 as wait
      from choreographies where due_at is not null`);
    return row?.wait ?? undefined;
  }
}

const inMs = (ms: number | null): SqlQuery =>
  sql`clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`;
