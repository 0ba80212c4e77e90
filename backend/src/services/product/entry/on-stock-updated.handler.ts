import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { InventoryStockUpdatedEvent } from '@shop/contracts';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { StockLevels } from '../state/stock-levels';

/** Keeps the catalogue's copy of what is in stock. */
@Injectable()
export class OnStockUpdatedHandler implements OnModuleInit {
  constructor(
    private readonly consumer: EventConsumerService,
    private readonly levels: StockLevels,
  ) {}

  onModuleInit(): void {
    this.consumer.registerBatchHandler(
      'inventory.stock.updated',
      (batch) => this.record(batch.map(({ event }) => event)),
      { name: 'product.on-stock-updated', effects: 'transaction' },
    );
  }

  async record(events: readonly Pick<InventoryStockUpdatedEvent, 'data'>[]): Promise<void> {
    const known = events.filter(({ data }) => isStorableKey(data.productId));
    if (known.length > 0) await this.levels.record(known.map(({ data }) => data));
  }
}
