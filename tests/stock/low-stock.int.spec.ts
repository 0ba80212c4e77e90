import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stockWorld } from './stock-world';

const PIECES = 100;
const THRESHOLD = 20;

describe.each(['reserve', 'created'] as const)('a product that becomes low (%s)', (way) => {
  let world: Awaited<ReturnType<typeof stockWorld>>;
  let productId: string;
  beforeAll(async () => {
    world = await stockWorld();
    productId = await world.product(PIECES, THRESHOLD);
  });
  afterAll(() => world.close());

  /** They come at once, with one piece each. */
  const bought = async (buyers: number) => {
    const orderIds = Array.from({ length: buyers }, (): string => randomUUID());
    await Promise.all(orderIds.map((orderId) => world[way](orderId, productId, 1)));
    return orderIds;
  };
  const alerts = async () =>
    (await world.published('inventory.stock.low')).map(
      ({ data }) => (data as { available: number }).available,
    );

  it('is announced once each time it crosses the threshold on the way down', async () => {
    const buyers = await bought(PIECES);
    expect((await world.level(productId))?.available).toBe(0);
    expect(await alerts()).toEqual([THRESHOLD]);

    await Promise.all(buyers.map((orderId) => world.release(orderId)));
    expect((await world.level(productId))?.available).toBe(PIECES);
    expect(await alerts()).toEqual([THRESHOLD]);

    await bought(PIECES);
    expect(await alerts()).toEqual([THRESHOLD, THRESHOLD]);
  });
});
