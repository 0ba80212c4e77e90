import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SHOP_CURRENCY } from '@/infrastructure/config/shop-currency';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { fromMinorUnits } from '@/infrastructure/money/minor-units';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { SEED_CATALOGUE } from '../domain/seed-catalogue';
import { ProductRepository } from '../state/product.repository';

/** A new shop has a catalogue: rows and events in one unit, once, however many processes start. */
@Injectable()
export class CatalogueSeeder implements OnApplicationBootstrap {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly products: ProductRepository,
    private readonly publisher: EventPublisherService,
    @Inject(SHOP_CURRENCY) private readonly currency: string,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.unitOfWork.run(async () => {
      const products = SEED_CATALOGUE.map((product) => ({ ...product, currency: this.currency }));
      const added = await this.products.addMissing(products);
      for (const { priceMinor, ...product } of products) {
        if (!added.has(product.productId)) continue;
        await this.publisher.publishProductCreated({
          ...product,
          price: fromMinorUnits(priceMinor, product.currency),
        });
      }
    });
  }
}
