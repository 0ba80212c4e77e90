import { randomUUID } from 'node:crypto';
import { eventually } from '@/testing/eventually';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stockWorld } from './stock-world';

let world: Awaited<ReturnType<typeof stockWorld>>;
beforeAll(async () => {
  world = await stockWorld();
});
afterAll(() => world.close());

it('orders that share transactions never wait for each other in a circle, whatever they hold', async () => {
  const [lamp, mug] = [await world.product(10), await world.product(10)];
  let begun = 0;
  /** Two orders in one transaction, the second one after the other transaction has come as far as it can. */
  const both = (first: string, second: string) =>
    world.together(async () => {
      await world.reserve(randomUUID(), first, 1);
      begun += 1;
      await eventually(async () => begun === 2 || (await world.waiting()) > 0, { what: 'the other one' });
      await world.reserve(randomUUID(), second, 1);
    });

  await Promise.all([both(lamp, mug), both(mug, lamp)]);
  expect(await world.level(lamp)).toEqual({ available: 8, reserved: 2 });
  expect(await world.level(mug)).toEqual({ available: 8, reserved: 2 });
});
