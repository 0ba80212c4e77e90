import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { InventoryReservationRequestedEvent } from '@shop/contracts';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import type { Delivered } from '@/infrastructure/kafka/consumer/handler';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { FIRST_ATTEMPT } from '../domain/reservation';
import { type ReservationRequest, Reservations } from '../reservations.service';

type Requested = Delivered<InventoryReservationRequestedEvent>;

/** Orders that move stock wait for each other, so those that come together are served together. */
const MOST_TOGETHER = 100;

/** Takes stock for sagas. An order with the other stamp takes it at its creation; only later attempts ask here. */
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
  const { orderId, items, attempt = FIRST_ATTEMPT } = event.data;
  // What is replayed was in time when it first came.
  const deadline = context.replay ? undefined : new Date(event.data.deadline);
  const choreographed = context.headers['x-order-flow'] === 'choreography';
  if (choreographed && attempt <= FIRST_ATTEMPT) return [];
  if (!isStorableKey(orderId) || !isStorable(items)) return [];
  const flow = choreographed ? 'choreography' : 'saga';
  return [{ orderId, items, flow, attempt, deadline, run: context.attempt, answering: within }];
}
