import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { onReturnRequested } from './domain/parcel-return';
import type { Refusal } from './domain/shipment';
import { type ParcelReturn, ReturnStore } from './state/return-store';
import { type Shipment, ShipmentStore } from './state/shipment-store';

/** Fetches an order's parcel back, once, and answers; in the unit of work in progress. Safe to repeat. */
@Injectable()
export class ParcelReturns {
  constructor(
    private readonly shipments: ShipmentStore,
    private readonly returns: ReturnStore,
    private readonly publisher: EventPublisherService,
  ) {}

  /** `deadline` is ISO 8601. */
  async request(orderId: string, deadline: string): Promise<void> {
    const shipment = await this.shipments.lock(orderId);
    const known = await this.returns.find(orderId);
    const overdue = Date.parse(deadline) < Date.now();
    const decision = onReturnRequested({ shipment: shipment?.status, parcelReturn: known?.status, overdue });
    if (decision.kind === 'refuse') return this.refuse(orderId, decision.refusal);
    await this.answerReturned(known ?? (await this.fetch(orderId, shipment)));
  }

  /** Also for a return that was never requested: it is then refused when the request comes. */
  async cancel(orderId: string): Promise<void> {
    await this.shipments.lock(orderId);
    const known = await this.returns.find(orderId);
    const { returnId = null, trackingNumber = null } = known ?? {};
    await this.returns.save({ orderId, status: 'cancelled', returnId, trackingNumber });
    await this.publisher.publishShipmentReturnCancelled({
      orderId,
      cancelledAt: new Date().toISOString(),
      ...(returnId === null ? {} : { returnId }),
    });
  }

  private async fetch(orderId: string, shipment: Shipment | undefined): Promise<ParcelReturn> {
    const returnId = randomUUIDv7();
    const carrier = (shipment?.carrier ?? 'pickup').slice(0, 2).toUpperCase();
    const trackingNumber = `${carrier}R${returnId.replaceAll('-', '').slice(-15).toUpperCase()}`;
    const fetched: ParcelReturn = { orderId, status: 'returned', returnId, trackingNumber };
    await this.returns.save(fetched);
    return fetched;
  }

  private async refuse(orderId: string, { code, message }: Refusal): Promise<void> {
    await this.publisher.publishShipmentReturnFailed({
      orderId,
      code,
      message,
      failedAt: new Date().toISOString(),
    });
  }

  private async answerReturned({ orderId, returnId, trackingNumber }: ParcelReturn): Promise<void> {
    await this.publisher.publishShipmentReturned({
      orderId,
      returnId: returnId ?? '',
      trackingNumber: trackingNumber ?? '',
      returnedAt: new Date().toISOString(),
    });
  }
}
