import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { fromMinorUnits } from '@/infrastructure/money/minor-units';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { change, type Product, type ProductChange } from './domain/product';
import { ProductNotFoundError } from './product.errors';
import { ProductRepository } from './state/product.repository';

/** Changes of the catalogue, each told in the same unit of work. */
@Injectable()
export class CatalogueService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly publisher: EventPublisherService,
    private readonly products: ProductRepository,
  ) {}

  /** `wanted` is asked for with the product's currency. Nothing is told where nothing changes. */
  change(productId: string, wanted: (currency: string) => ProductChange): Promise<Product> {
    return this.unitOfWork.run(async () => {
      const before = await this.products.lock(productId);
      if (!before) throw new ProductNotFoundError(productId);
      const { product, described, repriced } = change(before, wanted(before.currency));
      if (!described && !repriced) return product;
      await this.products.replace(product);
      const at = new Date().toISOString();
      const { name, description, category, currency } = product;
      if (described) {
        await this.publisher.publishProductUpdated({ productId, name, description, category, updatedAt: at });
      }
      if (repriced) {
        const oldPrice = fromMinorUnits(before.priceMinor, currency);
        const newPrice = fromMinorUnits(product.priceMinor, currency);
        await this.publisher.publishProductPriceChanged({
          productId,
          oldPrice,
          newPrice,
          currency,
          changedAt: at,
        });
      }
      return product;
    });
  }
}
