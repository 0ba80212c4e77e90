import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import type { Order } from './domain/order';
import { OrderSettings } from './order.environment';

/** Tells the platform about orders; inside a unit of work, as every publish of this service. */
@Injectable()
export class OrderEventService {
  constructor(
    private readonly eventPublisher: EventPublisherService,
    private readonly settings: OrderSettings,
  ) {}

  /** Stamps the flow on the order, in its data and as a header, unless it carries one. */
  async onOrderCreated(order: Order): Promise<void> {
    const flow = order.flow ?? this.settings.flow;
    await this.eventPublisher.publishOrderCreated({ ...order, flow }, { headers: { 'x-order-flow': flow } });
  }
}
