import { Injectable } from '@nestjs/common';
import type {
  ProductCreatedEvent,
  ProductDiscontinuedEvent,
  ProductPriceChangedEvent,
} from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { CatalogueStore } from '../state/catalogue-store';

type CatalogueEvent = ProductCreatedEvent | ProductPriceChangedEvent | ProductDiscontinuedEvent;

/** Keeps the order service's own view of the products. A negative price is no price: it is left out. */
@Injectable()
@KafkaHandler(['product.created', 'product.price.changed', 'product.discontinued'], {
  name: 'order.catalogue',
  effects: 'transaction',
  interleaves: true,
  rebuilds: ['catalogue'],
})
export class CatalogueHandler {
  constructor(private readonly catalogue: CatalogueStore) {}

  async reset(): Promise<void> {
    await this.catalogue.clear();
  }

  async handle(event: CatalogueEvent): Promise<void> {
    const { productId } = event.data;
    if (!isStorableKey(productId)) return;
    switch (event.eventType) {
      case 'product.created':
        if (event.data.price >= 0) await this.catalogue.add(productId, event.data.price);
        return;
      case 'product.price.changed':
        if (event.data.newPrice >= 0) await this.catalogue.setPrice(productId, event.data.newPrice);
        return;
      case 'product.discontinued':
        await this.catalogue.discontinue(productId);
    }
  }
}
