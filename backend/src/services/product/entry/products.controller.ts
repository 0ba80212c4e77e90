import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { fromMinorUnits } from '@/infrastructure/money/minor-units';
import { idText, plainText } from '@/infrastructure/http/validation';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { decodeCursor, type Page, pageQuery, toPage } from '@/infrastructure/http/page';
import type { StockedProduct } from '../domain/product';
import { ProductRepository } from '../state/product.repository';
import { ProductNotFoundError } from '../product.errors';

const listQuery = z.object({
  ...pageQuery({ limit: 48, max: 100 }),
  category: plainText(100).optional(),
  q: z.union([z.literal(''), plainText(200)]).optional(),
});

export interface ProductView {
  readonly productId: string;
  readonly name: string;
  readonly description: string;
  readonly price: number;
  readonly currency: string;
  readonly category: string;
  readonly availableStock: number;
}

@Controller('api/products')
export class ProductsController {
  constructor(private readonly products: ProductRepository) {}

  @Get()
  async list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>): Promise<Page<ProductView>> {
    const { category, q, limit, cursor } = query;
    const filter = { category, q: q?.trim() || undefined, limit, after: decodeCursor(cursor, isStorableKey) };
    return toPage(await this.products.list(filter), limit, toView, (product) => product.productId);
  }

  @Get(':productId')
  async find(@Param('productId', { schema: idText }) productId: string): Promise<ProductView> {
    const product = await this.products.find(productId);
    if (!product) throw new ProductNotFoundError(productId);
    return toView(product);
  }
}

function toView({ priceMinor, ...product }: StockedProduct): ProductView {
  return { ...product, price: fromMinorUnits(priceMinor, product.currency) };
}
