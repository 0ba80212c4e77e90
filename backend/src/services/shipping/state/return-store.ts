import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import type { ReturnStatus } from '../domain/parcel-return';

export interface ParcelReturn {
  readonly orderId: string;
  readonly status: ReturnStatus;
  /** Null where no parcel was fetched. */
  readonly returnId: string | null;
  readonly trackingNumber: string | null;
}

/** One row per order; every method needs a unit of work in progress and the lock of the order's shipment. */
@Injectable()
export class ReturnStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  find(orderId: string): Promise<ParcelReturn | undefined> {
    return this.unitOfWork.sql.row<ParcelReturn>(sql`
      select order_id as "orderId", status, return_id as "returnId", tracking_number as "trackingNumber"
      from parcel_returns where order_id = ${orderId}`);
  }

  async save({ orderId, status, returnId, trackingNumber }: ParcelReturn): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into parcel_returns (order_id, status, return_id, tracking_number)
      values (${orderId}, ${status}, ${returnId}, ${trackingNumber})
      on conflict (order_id) do update set status = excluded.status, updated_at = clock_timestamp()`);
  }
}
