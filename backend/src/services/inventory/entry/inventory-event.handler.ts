import { Injectable } from '@nestjs/common';
import type { OrderCreatedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { currentDelivery } from '@/infrastructure/kafka/delivery/delivery-context';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { linesFault, onRequested, sumLines } from '../domain/reservation';
import { StockNotAvailableError } from '../inventory.errors';
import { InventoryService } from '../inventory.service';
import { Reservations } from '../reservations.service';
import { StockBooks } from '../state/stock-books';

/** Deducts the stock of an order that nobody directs; an order stamped for the saga is left to the saga. */
@Injectable()
@KafkaHandler('order.created', { name: 'inventory.on-order-created', effects: 'transaction' })
export class InventoryEventHandler {
  constructor(
    private readonly inventoryService: InventoryService,
    private readonly reservations: Reservations,
    private readonly books: StockBooks,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async handle(event: OrderCreatedEvent): Promise<void> {
    await this.unitOfWork.run(() => this.deduct(event.data));
  }

  private async deduct({ orderId, items, flow }: OrderCreatedEvent['data']): Promise<void> {
    if (flow !== 'choreography' || !isStorableKey(orderId) || !isStorable(items)) return;
    const decision = onRequested((await this.books.open([orderId])).reservation(orderId));
    if (decision !== 'take' && decision !== 'answer_reserved') return;
    try {
      const fault = linesFault(items);
      if (fault) throw new StockNotAvailableError(fault);
      for (const { productId, quantity } of sumLines(items)) {
        await this.inventoryService.deductStock(productId, quantity, { orderId });
      }
      const held = (await this.books.open([orderId])).reservation(orderId);
      if (held) await this.reservations.answerReserved(held);
    } catch (error) {
      await this.reservations.refuseFor(error, orderId, 'choreography', currentDelivery()?.attempt ?? 1);
    }
  }
}
