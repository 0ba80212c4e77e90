import { Injectable } from '@nestjs/common';
import type { EventData } from '@shop/contracts';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
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
    return this.unitOfWork.ask(lockAll, orderId);
  }

  /** Throws on a second shipment of the order, whatever became of the first. */
  create(parcel: Parcel, flow: OrderFlow, shipment: NewShipment): Promise<void> {
    return this.unitOfWork.ask(createAll, { parcel, flow, shipment });
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

async function lockAll(
  session: SqlSession,
  orderIds: readonly string[],
): Promise<readonly (Shipment | undefined)[]> {
  const rows = await session.rows<Shipment>(sql`
    select order_id as "orderId", shipment_id as "shipmentId", status, flow, carrier,
      tracking_number as "trackingNumber", failure
    from shipments where order_id = any(${orderIds}::text[]) order by order_id for no key update`);
  const shipments = new Map(rows.map((row) => [row.orderId, row]));
  return orderIds.map((orderId) => shipments.get(orderId));
}

interface Creation {
  readonly parcel: Parcel;
  readonly flow: OrderFlow;
  readonly shipment: NewShipment;
}

async function createAll(session: SqlSession, made: readonly Creation[]): Promise<readonly undefined[]> {
  await session.run(sql`
    insert into shipments (order_id, shipment_id, status, flow, carrier, tracking_number, address, items)
    select order_id, shipment_id, 'created', flow, carrier, tracking_number, address, items
    from unnest(
      ${made.map(({ parcel }) => parcel.orderId)}::text[],
      ${made.map(({ shipment }) => shipment.shipmentId)}::uuid[], ${made.map(({ flow }) => flow)}::text[],
      ${made.map(({ shipment }) => shipment.carrier)}::text[],
      ${made.map(({ shipment }) => shipment.trackingNumber)}::text[],
      ${made.map(({ parcel: { address } }) => (address ? JSON.stringify(address) : null))}::jsonb[],
      ${made.map(({ parcel }) => JSON.stringify(parcel.items))}::jsonb[]
    ) as made (order_id, shipment_id, flow, carrier, tracking_number, address, items)
    order by order_id`);
  return made.map(() => undefined);
}
