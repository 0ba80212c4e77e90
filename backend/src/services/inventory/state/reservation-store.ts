import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import type { Line, Refusal, ReservationStatus } from '../domain/reservation';

export type OrderFlow = 'saga' | 'choreography';

export interface Reservation {
  readonly orderId: string;
  readonly status: ReservationStatus;
  readonly flow: OrderFlow;
  /** Rises when the order takes stock anew; the movements of each attempt are its own. */
  readonly attempt: number;
  readonly lines: readonly Line[];
  readonly failure: Refusal | null;
}

/** What each order holds, and what became of it. Every method needs a unit of work in progress. */
@Injectable()
export class ReservationStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * From here to its end the transaction is the only one that moves stock. Orders share transactions, so with locks per
   * product two of them could each hold what the other's next order needs, and PostgreSQL ends such a wait only after
   * `deadlock_timeout`. It also waits for another transaction that is writing the same order's first row.
   */
  async lock(orderId: string): Promise<Reservation | undefined> {
    await this.unitOfWork.sql.run(sql`
      select pg_advisory_xact_lock(hashtextextended(current_schema() || ':stock', 0))`);
    return this.unitOfWork.sql.row<Reservation>(sql`
      select order_id as "orderId", status, flow, attempt, lines, failure
      from reservations where order_id = ${orderId}`);
  }

  async save({ orderId, status, flow, attempt, lines, failure }: Reservation): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into reservations (order_id, status, flow, attempt, lines, failure)
      values (${orderId}, ${status}, ${flow}, ${attempt}, ${JSON.stringify(lines)}::jsonb,
        ${failure ? JSON.stringify(failure) : null}::jsonb)
      on conflict (order_id) do update set status = excluded.status, attempt = excluded.attempt, lines = excluded.lines,
        failure = excluded.failure, updated_at = clock_timestamp()`);
  }
}
