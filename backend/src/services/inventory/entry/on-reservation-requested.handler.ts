import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { InventoryReservationRequestedEvent } from '@shop/contracts';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import type { Delivered } from '@/infrastructure/kafka/consumer/handler';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { type ReservationRequest, Reservations } from '../reservations.service';

type Requested = Delivered<InventoryReservationRequestedEvent>;

/** Orders that move stock wait for each other, so those that come together are served together. */
const MOST_TOGETHER = 100;

/** Takes stock for sagas; the stock of an order with the other stamp goes by the order's creation. */
@Injectable()
export class OnReservationRequestedHandler implements OnModuleInit {
  constructor(
    private readonly consumer: EventConsumerService,
    private readonly reservations: Reservations,
  ) {}

  onModuleInit(): void {
    this.consumer.registerBatchHandler('inventory.reservation.requested', (batch) => this.reserve(batch), {
      name: 'inventory.on-reservation-requested',
      effects: 'transaction',
      maxEvents: MOST_TOGETHER,
    });
  }

  async reserve(batch: readonly Requested[]): Promise<void> {
    const requests = batch.flatMap(requestOf);
    if (requests.length > 0) await this.reservations.reserve(requests);
  }
}

function requestOf({ event, context, within }: Requested): readonly ReservationRequest[] {
  const { orderId, items } = event.data;
  if (context.headers['x-order-flow'] === 'choreography') return [];
  if (!isStorableKey(orderId) || !isStorable(items)) return [];
  return [{ orderId, items, flow: 'saga', run: context.attempt, answering: within }];
}
