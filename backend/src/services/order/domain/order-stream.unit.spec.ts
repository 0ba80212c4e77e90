import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from './order';
import { orderStatuses } from './order-status';
import {
  decide,
  evolve,
  type OrderCommand,
  type OrderState,
  type RecordedOrderEvent,
  statusRow,
} from './order-stream';

const order = (flow: 'saga' | 'choreography' = 'saga'): Order => ({
  orderId: 'o',
  userId: 'u',
  items: [{ productId: 'lamp', quantity: 1, price: 10 }],
  totals: { subtotal: 10, tax: 1.9, shipping: 0, total: 11.9 },
  createdAt: '2026-01-01T00:00:00.000Z',
  flow,
});
const AT = '2026-01-01T00:00:01.000Z';

/** What the commands make of an order that is not there yet. */
function run(commands: readonly OrderCommand[]) {
  const events: RecordedOrderEvent[] = [];
  let state: OrderState | undefined;
  for (const command of commands) {
    for (const event of decide(state, command)) {
      const recorded = { ...event, version: events.length + 1, at: AT } as RecordedOrderEvent;
      events.push(recorded);
      state = evolve(state, recorded);
    }
  }
  return { state, events };
}

const place: OrderCommand = { kind: 'place', order: order(), origin: 'api' };
const move = (to: (typeof orderStatuses)[number], reason?: string): OrderCommand => ({
  kind: 'move',
  to,
  by: 'spec',
  ...(reason === undefined ? {} : { reason }),
});

describe('the stream of an order', () => {
  it('begins with what was ordered', () => {
    expect(run([place]).state).toMatchObject({ status: 'pending', changes: 1, origin: 'api', placedAt: AT });
  });

  it('records who moved it and why', () => {
    const { state, events } = run([place, move('validated'), move('cancelled', 'CARD_DECLINED')]);
    expect(events.at(-1)?.data).toEqual({ to: 'cancelled', by: 'spec', reason: 'CARD_DECLINED' });
    expect(state).toMatchObject({ status: 'cancelled', changes: 3 });
    expect(events.map((event, index) => statusRow(event, index + 1))).toEqual([
      { seq: 1, status: 'pending', reason: null, at: AT },
      { seq: 2, status: 'validated', reason: null, at: AT },
      { seq: 3, status: 'cancelled', reason: 'CARD_DECLINED', at: AT },
    ]);
  });

  it('takes no second placing, no step back, and no word about an order that is not there', () => {
    expect(run([place, place]).events).toHaveLength(1);
    expect(run([place, move('paid'), move('validated')]).state?.status).toBe('paid');
    expect(run([move('validated')]).events).toEqual([]);
  });

  it('comes to the same order when words are repeated', () => {
    const commands = fc.array(fc.constantFrom(place, ...orderStatuses.map((status) => move(status))));
    fc.assert(
      fc.property(commands, (given) => {
        const once = run(given);
        expect(run(given.flatMap((command) => [command, command])).events).toEqual(once.events);
        expect(once.state?.changes ?? 0).toBe(once.events.length);
      }),
    );
  });
});
