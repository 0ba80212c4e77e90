import { Injectable } from '@nestjs/common';
import type { InventoryStockUpdatedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { StockLevels } from '../state/stock-levels';

@Injectable()
@KafkaHandler('inventory.stock.updated', { name: 'product.on-stock-updated', effects: 'transaction' })
export class OnStockUpdatedHandler {
  constructor(private readonly levels: StockLevels) {}

  async handle({ data }: InventoryStockUpdatedEvent): Promise<void> {
    if (!isStorableKey(data.productId)) return;
    await this.levels.record({ productId: data.productId, available: data.available, version: data.version });
  }
}
