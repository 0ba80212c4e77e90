import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { OrderCompletedEvent } from '@shop/contracts';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import type { Delivered } from '@/infrastructure/kafka/consumer/handler';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { Reservations } from '../reservations.service';

type Completed = Delivered<OrderCompletedEvent>;

/** What completed orders held is sold. */
@Injectable()
export class OnOrderCompletedHandler implements OnModuleInit {
  constructor(
    private readonly consumer: EventConsumerService,
    private readonly reservations: Reservations,
  ) {}

  onModuleInit(): void {
    this.consumer.registerBatchHandler('order.completed', (batch) => this.sell(batch), {
      name: 'inventory.on-order-completed',
      effects: 'transaction',
    });
  }

  async sell(batch: readonly Completed[]): Promise<void> {
    const sales = batch.map(({ event, within }) => ({ orderId: event.data.orderId, telling: within }));
    const known = sales.filter(({ orderId }) => isStorableKey(orderId));
    if (known.length > 0) await this.reservations.sell(known);
  }
}
