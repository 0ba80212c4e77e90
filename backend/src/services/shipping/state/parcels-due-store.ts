import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import type { Parcel } from './shipment-store';

/**
 * Orders that no saga drives are shipped when they are paid. The two events come on two topics, in either order; the
 * second one finds both. Needs a unit of work in progress.
 */
@Injectable()
export class ParcelsDueStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** The parcel when the order is paid already. */
  async noteParcel(parcel: Parcel): Promise<Parcel | undefined> {
    return this.due(sql`
      insert into parcels_due as known (order_id, parcel) values (${parcel.orderId}, ${JSON.stringify(parcel)}::jsonb)
      on conflict (order_id) do update set parcel = coalesce(known.parcel, excluded.parcel)
      returning parcel, paid`);
  }

  /** The parcel when it is known already. */
  async notePaid(orderId: string): Promise<Parcel | undefined> {
    return this.due(sql`
      insert into parcels_due (order_id, paid) values (${orderId}, true)
      on conflict (order_id) do update set paid = true
      returning parcel, paid`);
  }

  private async due(statement: ReturnType<typeof sql>): Promise<Parcel | undefined> {
    const row = await this.unitOfWork.sql.row<{ parcel: Parcel | null; paid: boolean }>(statement);
    return row?.paid ? (row.parcel ?? undefined) : undefined;
  }
}
