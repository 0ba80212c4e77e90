import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { crossesDown } from './domain/reservation';
import type { StockLevel } from './domain/stock-book';

export interface StockChange {
  readonly level: StockLevel;
  /** Change of what is available. */
  readonly delta: number;
}

/** Tells of every change of a product's stock, and once of each time it becomes low. */
@Injectable()
export class StockAnnouncer {
  constructor(private readonly publisher: EventPublisherService) {}

  async announce(changes: readonly StockChange[], reason: string, orderId?: string): Promise<void> {
    for (const { level, delta } of changes) {
      const { productId, available, reserved, version, lowThreshold, updatedAt } = level;
      await this.publisher.publishInventoryStockUpdated({
        productId,
        available,
        reserved,
        delta,
        reason,
        version,
        updatedAt: updatedAt.toISOString(),
        ...(orderId === undefined ? {} : { orderId }),
      });
      if (crossesDown(available - delta, available, lowThreshold)) {
        const detectedAt = updatedAt.toISOString();
        await this.publisher.publishInventoryStockLow({
          productId,
          available,
          threshold: lowThreshold,
          detectedAt,
        });
      }
    }
  }
}
