import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { CatalogueService } from './catalogue.service';
import { productMigrations } from './state/product.migrations';
import { ProductRepository } from './state/product.repository';

let state: ServiceState;
let catalogue: CatalogueService;

beforeAll(async () => {
  state = await serviceState('product', productMigrations);
  const { database, unitOfWork, publisher } = state;
  const products = new ProductRepository(database, unitOfWork);
  catalogue = new CatalogueService(unitOfWork, publisher, products);
  const mug = {
    name: 'Mug',
    description: 'Holds tea.',
    priceMinor: 1290,
    currency: 'EUR',
    category: 'kitchen',
  };
  await unitOfWork.run(() => products.addMissing([{ productId: 'mug', ...mug }]));
});
afterAll(() => state.close());

it('a change is told by what changed, and only if something did', async () => {
  await catalogue.change('mug', () => ({ name: 'Mug', priceMinor: 1290 }));
  expect(await state.published()).toEqual([]);
  await catalogue.change('mug', () => ({ priceMinor: 1495 }));
  await catalogue.change('mug', () => ({ name: 'Big Mug' }));
  expect((await state.published()).map((event) => event.eventType)).toEqual([
    'product.price.changed',
    'product.updated',
  ]);
  expect(await state.publishedOf('product.price.changed')).toMatchObject([
    { oldPrice: 12.9, newPrice: 14.95 },
  ]);
  expect(await state.publishedOf('product.updated')).toMatchObject([
    { name: 'Big Mug', category: 'kitchen' },
  ]);
});

it('prices follow one another without a gap, however many change at once', async () => {
  await state.database.run(sql`truncate outbox`);
  await Promise.all([1, 2, 3, 4, 5].map((priceMinor) => catalogue.change('mug', () => ({ priceMinor }))));
  const changes = await state.publishedOf('product.price.changed');
  expect(changes.slice(1).map((each) => each.oldPrice)).toEqual(
    changes.slice(0, -1).map((each) => each.newPrice),
  );
});

it('an unknown product is refused', async () => {
  await expect(catalogue.change('nothing', () => ({ name: 'x' }))).rejects.toMatchObject({
    code: 'PRODUCT_NOT_FOUND',
  });
});
