import { randomBytes } from 'node:crypto';
import type { InventoryStockUpdatedEvent } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { SEED_CATALOGUE } from '../domain/seed-catalogue';
import { CatalogueSeeder } from '../entry/catalogue.seeder';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import { OnStockUpdatedHandler } from '../entry/on-stock-updated.handler';
import { productMigrations } from './product.migrations';
import { ProductRepository } from './product.repository';
import { StockLevels } from './stock-levels';

describe('the catalogue', () => {
  let state: ServiceState;
  let products: ProductRepository;

  beforeAll(async () => {
    state = await serviceState('product', productMigrations);
    products = new ProductRepository(state.database, state.unitOfWork);
    const seeder = new CatalogueSeeder(state.unitOfWork, products, state.publisher, 'EUR');
    await Promise.all([1, 2, 3].map(() => seeder.onApplicationBootstrap()));
  });
  afterAll(() => state.close());

  it('is seeded and told once, however many processes start', async () => {
    const created = await state.publishedOf('product.created');
    expect(SEED_CATALOGUE.length).toBeGreaterThanOrEqual(24);
    expect(created.map((product) => product.productId).toSorted()).toEqual(
      SEED_CATALOGUE.map((product) => product.productId),
    );
    expect(created.find((product) => product.productId === 'prod-001')).toMatchObject({
      name: 'Enamel Kettle',
      price: 44.9,
      currency: 'EUR',
    });
  });

  it('is listed page by page', async () => {
    const first = await products.list({ limit: 10 });
    expect(first).toHaveLength(11);
    const second = await products.list({ limit: 10, after: first[9]?.productId });
    expect(second[0]?.productId).toBe('prod-011');
  });

  it('is searched without regard to case, and takes wildcards for what they are', async () => {
    const names = async (q: string) => (await products.list({ limit: 50, q })).map((product) => product.name);
    expect(await names('MUG')).toEqual(['Enamel Camp Mug']);
    expect(await names('%')).toEqual([]);
    expect(await names('_')).toEqual([]);
    expect(await names("'; drop table products; --")).toEqual([]);
    expect(await names('office')).toHaveLength(4);
  });

  it('shows the newest stock, in whatever order levels arrive', async () => {
    const levels = new StockLevels(state.unitOfWork);
    const record = (available: number, version: number) =>
      state.unitOfWork.run(() => levels.record([{ productId: 'prod-007', available, version }]));
    expect((await products.find('prod-007'))?.availableStock).toBe(0);
    for (const [available, version] of [[10, 1] as const, [7, 3] as const, [8, 2] as const]) {
      await record(available, version);
    }
    expect((await products.find('prod-007'))?.availableStock).toBe(7);
    // An event of another producer; an index takes no id of this length.
    const data = { productId: randomBytes(6_000).toString('base64'), available: 1, version: 1 };
    const updated = { data } as unknown as InventoryStockUpdatedEvent;
    await state.unitOfWork.run(() =>
      new OnStockUpdatedHandler(new EventConsumerService(), levels).record([updated]),
    );
    expect(await products.find(data.productId)).toBeUndefined();
  });
});
