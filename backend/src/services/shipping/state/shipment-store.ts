import { Injectable } from '@nestjs/common';
import type { EventData } from '@shop/contracts';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import type { Refusal, ShipmentStatus } from '../domain/shipment';

export type OrderFlow = 'saga' | 'choreography';

export type Parcel = Pick<EventData<'shipment.requested'>, 'orderId' | 'items' | 'address'>;

export interface Shipment {
  readonly orderId: string;
  readonly shipmentId: string | null;
  readonly status: ShipmentStatus;
  readonly flow: OrderFlow;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly failure: Refusal | null;
}

export interface NewShipment {
  readonly shipmentId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** One row per order; every method needs a unit of work in progress. */
@Injectable()
export class ShipmentStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  lock(orderId: string): Promise<Shipment | undefined> {
    return this.unitOfWork.sql.row<Shipment>(sql`
      select order_id as "orderId", shipment_id as "shipmentId", status, flow, carrier,
        tracking_number as "trackingNumber", failure
      from shipments where order_id = ${orderId} for no key update`);
  }

  /** Throws on a second shipment of the order, whatever became of the first. */
  async create(
    parcel: Parcel,
    flow: OrderFlow,
    { shipmentId, carrier, trackingNumber }: NewShipment,
  ): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into shipments (order_id, shipment_id, status, flow, carrier, tracking_number, address, items)
      values (${parcel.orderId}, ${shipmentId}, 'created', ${flow}, ${carrier}, ${trackingNumber},
        ${parcel.address ? JSON.stringify(parcel.address) : null}::jsonb, ${JSON.stringify(parcel.items)}::jsonb)`);
  }

  async fail(orderId: string, flow: OrderFlow, failure: Refusal): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into shipments (order_id, status, flow, failure)
      values (${orderId}, 'failed', ${flow}, ${JSON.stringify(failure)}::jsonb)`);
  }

  /** Also for an order whose shipment was never requested: it is then refused when the request comes. */
  async cancel(orderId: string): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into shipments (order_id, status) values (${orderId}, 'cancelled')
      on conflict (order_id) do update set status = 'cancelled', updated_at = clock_timestamp()`);
  }
}
