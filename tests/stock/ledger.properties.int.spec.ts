import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stockWorld } from './stock-world';

const message = fc.record({
  order: fc.nat({ max: 3 }),
  kind: fc.constantFrom('reserve', 'again', 'created', 'attempt', 'release', 'over', 'sell'),
  attempt: fc.integer({ min: 1, max: 3 }),
});

describe('the ledger of movements', () => {
  let world: Awaited<ReturnType<typeof stockWorld>>;
  beforeAll(async () => {
    world = await stockWorld();
  });
  afterAll(() => world.close());

  it('equals the stock whatever messages are lost, doubled or out of order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 16 }),
        fc.nat({ max: 8 }),
        async (messages, initial) => {
          const productId = await world.product(initial);
          const orders = Array.from({ length: 4 }, (_, index) => ({ id: randomUUID(), quantity: index + 1 }));
          for (const { order, kind, attempt } of messages) {
            const { id, quantity } = orders[order] ?? { id: '', quantity: 0 };
            if (kind === 'sell') await world.sell(id);
            else if (kind === 'over') await world.release(id);
            else if (kind === 'release') await world.release(id, attempt);
            else if (kind === 'attempt') await world.attempt(id, productId, quantity, attempt);
            else if (kind === 'again') await world.reserve(id, productId, quantity, attempt);
            else await world[kind](id, productId, quantity);
          }
          const { available, taken } = await world.ledger(productId);
          expect((await world.level(productId))?.available).toBe(available);
          expect(available).toBeGreaterThanOrEqual(0);
          expect(await world.unbalanced(productId)).toEqual([]);
          for (const [index, { id, quantity }] of orders.entries()) {
            const over = messages.some(({ order, kind }) => order === index && kind === 'over');
            expect(over ? [0] : [0, quantity]).toContain(taken.get(id) ?? 0);
          }
        },
      ),
      { numRuns: 80 },
    );
  });
});
