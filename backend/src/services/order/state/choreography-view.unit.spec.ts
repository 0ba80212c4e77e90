import { describe, expect, it } from 'vitest';
import { newChoreography } from '../domain/choreography';
import type { OrderStatus } from '../domain/order-status';
import { choreographyView } from './choreography-view';
import type { ChoreographyNow, OrderAtVersion } from './order-past';

const DUE = '2026-01-01T00:01:00.000Z';
const atSecond = (second: number) => `2026-01-01T00:00:0${second}.000Z`;

function viewOf(way: readonly OrderStatus[], now: Partial<ChoreographyNow> | null) {
  const status = way.at(-1) ?? 'pending';
  const found: OrderAtVersion = {
    orderId: 'order-1',
    version: way.length,
    at: atSecond(way.length - 1),
    status,
    flow: 'choreography',
    origin: 'api',
    order: {
      orderId: 'order-1',
      userId: 'user-1',
      items: [{ productId: 'lamp', quantity: 2, price: 10 }],
      totals: { subtotal: 20, tax: 3.8, shipping: 0, total: 23.8 },
      createdAt: atSecond(0),
      currency: 'EUR',
    },
    history: way.map((one, index) => ({
      seq: index + 1,
      status: one,
      reason: one === 'cancelled' ? 'NO' : null,
      at: atSecond(index),
    })),
    events: [],
    choreography: now && { ...newChoreography, dueAt: null, ...now },
  };
  return choreographyView(found);
}

const failure = { code: 'NO_CARRIER', message: 'Nobody goes there.' };

describe('an order without a saga, told as one', () => {
  it('waits for the part whose turn it is', () => {
    expect(viewOf(['pending', 'validated', 'reserved'], { awaits: 'payment', dueAt: DUE })).toMatchObject({
      id: 'order-1',
      type: 'choreography',
      status: 'running',
      step: 'payment',
      deadline: DUE,
      completedSteps: ['inventory'],
      reason: null,
      waitingFor: { kind: 'answer', since: atSecond(2), step: 'payment', direction: 'do' },
      history: [{ kind: 'pending' }, { kind: 'validated' }, { kind: 'reserved', step: 'inventory' }],
    });
    expect(viewOf(['pending'], null)).toMatchObject({ status: 'running', step: null, waitingFor: null });
  });

  it('says what is taken back, and why', () => {
    const asked = { part: 'payment', attempt: 3 } as const;
    const now = { failure, asked, undone: ['shipment'], required: ['payment'], dueAt: DUE } as const;
    const going = { status: 'compensating', step: 'payment', deadline: DUE, reason: failure };
    expect(viewOf(['pending', 'validated', 'reserved', 'paid'], now)).toMatchObject({
      ...going,
      completedSteps: ['inventory', 'payment'],
      undone: ['shipment'],
      amountAtRisk: null,
    });
    expect(viewOf(['pending', 'needs_attention'], now)).toMatchObject(going);
  });

  it('waits for a person with the money that is at risk', () => {
    const now = { failure, refused: ['payment'], required: ['payment'] } as const;
    const stuck = { status: 'needs_attention', step: null, waitingFor: { kind: 'person' } };
    expect(viewOf(['pending', 'reserved', 'paid', 'needs_attention'], now)).toMatchObject({
      ...stuck,
      refused: [{ step: 'payment', direction: 'undo' }],
      amountAtRisk: { amount: 23.8, currency: 'EUR' },
    });
    expect(viewOf(['pending', 'reserved', 'needs_attention'], now)).toMatchObject({
      ...stuck,
      amountAtRisk: null,
    });
  });

  it.each<[OrderStatus, string]>([
    ['completed', 'completed'],
    ['returned', 'completed'],
    ['cancelled', 'compensated'],
  ])('is over when it is %s', (status, told) => {
    const reason = status === 'cancelled' ? failure : null;
    expect(viewOf(['pending', status], { failure: reason })).toMatchObject({
      status: told,
      waitingFor: null,
    });
  });
});
