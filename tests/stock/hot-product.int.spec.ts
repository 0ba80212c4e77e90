import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stockWorld } from './stock-world';

describe('a hot product', () => {
  let world: Awaited<ReturnType<typeof stockWorld>>;
  beforeAll(async () => {
    world = await stockWorld();
  });
  afterAll(() => world.close());

  it.each(['reserve', 'created'] as const)('sells its last 10 to 10 of 200 buyers (%s)', async (way) => {
    const productId = await world.product(10);
    const buyers = Array.from({ length: 200 }, (): string => randomUUID());
    await Promise.all(buyers.map((orderId) => world[way](orderId, productId, 1)));

    expect(await world.level(productId)).toEqual({ available: 0, reserved: 10 });
    const { available, taken } = await world.ledger(productId);
    expect(available).toBe(0);
    expect([...taken.values()]).toEqual(Array(10).fill(1));

    const ours = async (type: string) =>
      (await world.published(type))
        .map(({ data }) => (data as { orderId: string }).orderId)
        .filter((orderId) => buyers.includes(orderId));
    const won = await ours('inventory.reserved');
    const lost = await ours('inventory.reservation.failed');
    expect(won.toSorted()).toEqual([...taken.keys()].toSorted());
    expect([...won, ...lost].toSorted()).toEqual(buyers.toSorted());
  });
});
