import { Inject, Injectable } from '@nestjs/common';
import type { ProductCreatedEvent, ProductPriceChangedEvent, ProductUpdatedEvent } from '@shop/contracts';
import { SHOP_CURRENCY } from '@/infrastructure/config/shop-currency';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { toMinorUnits } from '@/infrastructure/money/minor-units';
import { loggerOf } from '@/infrastructure/observability/logger';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { SoldProducts } from '../state/sold-products';

const SHOWN_ID_LENGTH = 100;

/**
 * Keeps the cart's copy of the catalogue. A product in another currency, or at a price that is not a whole number of
 * minor units, or with an id that is no key, cannot be sold here and is left out.
 */
@Injectable()
export class OnProductEventsHandler {
  private readonly logger = loggerOf('cart');

  constructor(
    private readonly products: SoldProducts,
    @Inject(SHOP_CURRENCY) private readonly currency: string,
  ) {}

  @KafkaHandler('product.created', { name: 'cart.on-product-created', effects: 'transaction' })
  async created({ data }: ProductCreatedEvent): Promise<void> {
    const priceMinor = this.price(data.productId, data.price, data.currency);
    if (priceMinor === undefined) return;
    const { productId, name } = data;
    await this.products.put({ productId, name, priceMinor, currency: this.currency });
  }

  @KafkaHandler('product.updated', { name: 'cart.on-product-updated', effects: 'transaction' })
  async updated({ data }: ProductUpdatedEvent): Promise<void> {
    await this.products.rename(data.productId, data.name);
  }

  @KafkaHandler('product.price.changed', { name: 'cart.on-product-price-changed', effects: 'transaction' })
  async priceChanged({ data }: ProductPriceChangedEvent): Promise<void> {
    const priceMinor = this.price(data.productId, data.newPrice, data.currency);
    if (priceMinor !== undefined) await this.products.setPrice(data.productId, priceMinor);
  }

  private price(productId: string, amount: number, currency = this.currency): number | undefined {
    const sold = isStorableKey(productId) && currency === this.currency && amount >= 0;
    const minor = sold ? toMinorUnits(amount, currency) : undefined;
    if (minor === undefined) {
      const shown = productId.slice(0, SHOWN_ID_LENGTH);
      this.logger.warn({ productId: shown, amount, currency }, 'price left out of the cart');
    }
    return minor;
  }
}
