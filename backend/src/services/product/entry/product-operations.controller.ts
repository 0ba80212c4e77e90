import { Body, Controller, Param, Patch, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { InvalidInputError } from '@/infrastructure/http/http.errors';
import { idText, plainText } from '@/infrastructure/http/validation';
import { fromMinorUnits, toMinorUnits } from '@/infrastructure/money/minor-units';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { CatalogueService } from '../catalogue.service';
import type { Product } from '../domain/product';

const patch = z.strictObject({
  name: plainText(200).optional(),
  description: plainText(2_000).optional(),
  category: plainText(100).optional(),
  price: z.number().min(0).max(1_000_000).optional(),
});

type ChangedView = Omit<Product, 'priceMinor'> & { readonly price: number };

/** For those who run the shop. */
@Controller('ops/api/products')
@UseGuards(OperatorGuard)
export class ProductOperationsController {
  constructor(private readonly catalogue: CatalogueService) {}

  @Patch(':productId')
  async change(
    @Param('productId', { schema: idText }) productId: string,
    @Body({ schema: patch }) { price, ...texts }: z.output<typeof patch>,
  ): Promise<ChangedView> {
    const { priceMinor, ...product } = await this.catalogue.change(productId, (currency) => ({
      ...texts,
      priceMinor: price === undefined ? undefined : inMinorUnits(price, currency),
    }));
    return { ...product, price: fromMinorUnits(priceMinor, product.currency) };
  }
}

function inMinorUnits(price: number, currency: string): number {
  const minor = toMinorUnits(price, currency);
  if (minor === undefined) {
    throw new InvalidInputError([{ path: 'price', message: `has more decimals than ${currency} has` }]);
  }
  return minor;
}
