import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { chooseCarrier, onRequested, type Refusal } from './domain/shipment';
import { type OrderFlow, type Parcel, type Shipment, ShipmentStore } from './state/shipment-store';

const CANCELLED: Refusal = {
  code: 'SHIPMENT_CANCELLED',
  message: 'The order had been taken back before its shipment was made.',
};

/** Makes at most one shipment per order and takes it back; in the unit of work in progress. Safe to repeat. */
@Injectable()
export class Shipments {
  constructor(
    private readonly shipments: ShipmentStore,
    private readonly publisher: EventPublisherService,
  ) {}

  async request(parcel: Parcel, flow: OrderFlow): Promise<void> {
    const known = await this.shipments.lock(parcel.orderId);
    switch (onRequested(known?.status)) {
      case 'create':
        return this.create(parcel, flow);
      case 'answer_created':
        return known && this.answerCreated(known);
      case 'answer_failed':
        return this.answerFailed(parcel.orderId, flow, known?.failure ?? CANCELLED);
      case 'refuse_cancelled':
        return this.answerFailed(parcel.orderId, flow, CANCELLED);
    }
  }

  async cancel(orderId: string): Promise<void> {
    const known = await this.shipments.lock(orderId);
    await this.shipments.cancel(orderId);
    const shipment = known?.shipmentId ? { shipmentId: known.shipmentId } : {};
    await this.publisher.publishShipmentCancelled(
      { orderId, cancelledAt: new Date().toISOString(), ...shipment },
      stamp(known?.flow ?? 'saga'),
    );
  }

  private async create(parcel: Parcel, flow: OrderFlow): Promise<void> {
    const { orderId } = parcel;
    const choice = chooseCarrier(parcel.address);
    if ('refusal' in choice) {
      await this.shipments.fail(orderId, flow, choice.refusal);
      return this.answerFailed(orderId, flow, choice.refusal);
    }
    const shipmentId = randomUUIDv7();
    const trackingNumber = `${choice.carrier.slice(0, 2).toUpperCase()}${shipmentId.replaceAll('-', '').slice(-16).toUpperCase()}`;
    const shipment = { shipmentId, carrier: choice.carrier, trackingNumber };
    await this.shipments.create(parcel, flow, shipment);
    await this.answerCreated({ orderId, flow, ...shipment });
  }

  private async answerCreated(
    shipment: Pick<Shipment, 'orderId' | 'flow' | 'shipmentId' | 'carrier' | 'trackingNumber'>,
  ) {
    const { orderId, flow, shipmentId, carrier, trackingNumber } = shipment;
    await this.publisher.publishShipmentCreated(
      {
        orderId,
        shipmentId: shipmentId ?? '',
        carrier: carrier ?? '',
        trackingNumber: trackingNumber ?? '',
        createdAt: new Date().toISOString(),
      },
      stamp(flow),
    );
  }

  private async answerFailed(orderId: string, flow: OrderFlow, { code, message }: Refusal): Promise<void> {
    const data = { orderId, code, message, failedAt: new Date().toISOString() };
    await this.publisher.publishShipmentFailed(data, stamp(flow));
  }
}

const stamp = (flow: OrderFlow) => ({ headers: { 'x-order-flow': flow } });
