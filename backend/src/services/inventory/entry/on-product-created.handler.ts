import { Injectable } from '@nestjs/common';
import type { ProductCreatedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { initialStock, lowThreshold } from '../domain/initial-stock';
import { StockStore } from '../state/stock-store';
import { StockAnnouncer } from '../stock-announcer.service';

/** Opens the stock of a new product. */
@Injectable()
@KafkaHandler('product.created', { name: 'inventory.on-product-created', effects: 'transaction' })
export class OnProductCreatedHandler {
  constructor(
    private readonly stock: StockStore,
    private readonly announcer: StockAnnouncer,
  ) {}

  async handle({ data: { productId } }: ProductCreatedEvent): Promise<void> {
    if (!isStorableKey(productId)) return;
    const quantity = initialStock(productId);
    const level = await this.stock.open(productId, quantity, lowThreshold(quantity));
    if (level) await this.announcer.announce([{ level, delta: quantity }], 'initial stock');
  }
}
