import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';

export interface DueTerms {
  readonly userId: string;
  readonly amount: number;
  readonly currency: string;
  readonly paymentMethod: string;
}

/**
 * Orders that no saga drives are paid when their stock is reserved. The two events come on two topics, in either
 * order; the second one finds both.
 */
@Injectable()
export class DuesStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** The terms when the order's stock is reserved already. */
  async noteTerms(orderId: string, terms: DueTerms): Promise<DueTerms | undefined> {
    return this.due(sql`
      insert into dues as known (order_id, terms) values (${orderId}, ${JSON.stringify(terms)}::jsonb)
      on conflict (order_id) do update set terms = coalesce(known.terms, excluded.terms)
      returning terms, reserved`);
  }

  /** The terms when they are known already. */
  async noteReserved(orderId: string): Promise<DueTerms | undefined> {
    return this.due(sql`
      insert into dues (order_id, reserved) values (${orderId}, true)
      on conflict (order_id) do update set reserved = true
      returning terms, reserved`);
  }

  private async due(statement: ReturnType<typeof sql>): Promise<DueTerms | undefined> {
    const row = await this.unitOfWork.sql.row<{ terms: DueTerms | null; reserved: boolean }>(statement);
    return row?.reserved ? (row.terms ?? undefined) : undefined;
  }
}
