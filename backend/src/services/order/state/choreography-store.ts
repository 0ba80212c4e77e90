import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import { type Choreography, newChoreography } from '../domain/choreography';

/** Where the orders stand that no saga drives. Guarded by the order's row lock. */
@Injectable()
export class ChoreographyStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async load(orderId: string): Promise<Choreography> {
    const row = await this.unitOfWork.sql.row<{ state: Choreography }>(sql`
      select state from choreographies where order_id = ${orderId}`);
    return row?.state ?? newChoreography;
  }

  async save(orderId: string, state: Choreography): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into choreographies (order_id, state) values (${orderId}, ${JSON.stringify(state)}::jsonb)
      on conflict (order_id) do update set state = excluded.state`);
  }
}
