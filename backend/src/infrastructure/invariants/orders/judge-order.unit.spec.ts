import { describe, expect, it } from 'vitest';
import { judgeOrder } from './judge-order';
import type { Circumstances, OrderEvent, OrderFacts } from './order-facts';

const circumstances: Circumstances = {
  now: 1_000_000,
  youngMs: 1_000,
  settled: true,
  completeSince: 0,
  currency: 'EUR',
  ledgerKnown: true,
};
const WAY = ['pending', 'validated', 'paid', 'reserved', 'shipped', 'completed'];

let nextOffset = 0;
function event(eventType: string, detail: OrderEvent['detail'] = null, topic = 'order-events'): OrderEvent {
  const offset = String(nextOffset++);
  const source = topic === 'order-events' ? '/order' : `/${topic.split('-')[0]}`;
  return { topic, partition: 0, offset, at: 500, eventType, eventId: `event-${offset}`, source, detail };
}

const created = () =>
  event('order.created', {
    items: [{ productId: 'lamp', quantity: 2 }],
    totals: { total: 28.75 },
    currency: 'EUR',
  });

function changes(history: readonly string[]): OrderEvent[] {
  return history
    .slice(1)
    .map((newStatus, index) => event('order.status.updated', { oldStatus: history[index] ?? '', newStatus }));
}

function order(history: readonly string[] = WAY, different: Partial<OrderFacts> = {}): OrderFacts {
  const status = history.at(-1) ?? '';
  const end = ['completed', 'cancelled'].includes(status) ? [event(`order.${status}`)] : [];
  const events = [created(), ...changes(history), ...end];
  return {
    orderId: 'o-1',
    events: [
      ...events,
      event('payment.completed', null, 'payment-events'),
      event('payment.refunded', null, 'payment-events'),
      event('inventory.reserved', null, 'inventory-events'),
      event('inventory.released', null, 'inventory-events'),
    ],
    recorded: { status, history, createdAt: 400, updatedAt: 500 },
    ledger: { captured: 2_875, refunded: 0, captures: 1, refunds: 0 },
    movements: [
      { productId: 'lamp', quantity: 2, kind: 'reserve' },
      { productId: 'lamp', quantity: 2, kind: 'sale' },
    ],
    payment: 'succeeded',
    reservation: 'sold',
    shipment: undefined,
    sagas: [],
    heard: [],
    ...different,
  };
}

const cancelled = (different: Partial<OrderFacts> = {}) =>
  order(['pending', 'validated', 'paid', 'cancelled'], {
    payment: 'refunded',
    reservation: undefined,
    movements: [],
    ledger: { captured: 2_875, refunded: 2_875, captures: 1, refunds: 1 },
    ...different,
  });

const codes = (facts: OrderFacts, different: Partial<Circumstances> = {}) =>
  judgeOrder(facts, { ...circumstances, ...different }).violations.map(({ code }) => code);

describe('an order by itself', () => {
  it('has nothing wrong when it was bought, or taken back, as it ought to be', () => {
    expect(codes(order())).toEqual([]);
    expect(codes(cancelled())).toEqual([]);
    const returned = [...WAY, 'return_requested', 'returned'];
    expect(
      codes({
        ...cancelled(),
        ...order(returned),
        events: [...order(returned).events, event('order.completed')],
        ...{ ledger: cancelled().ledger, movements: [], payment: 'refunded', reservation: 'released' },
      }),
    ).toEqual([]);
  });

  it.each<[string, Partial<NonNullable<OrderFacts['ledger']>>, readonly string[]]>([
    ['captured twice', { captures: 2, captured: 5_750 }, ['CAPTURED_TWICE', 'MONEY_DIFFERS']],
    ['captured twice, given back once', { captures: 2 }, ['CAPTURED_TWICE']],
    ['given back though it was sold', { refunded: 2_875, refunds: 1 }, ['MONEY_DIFFERS']],
    [
      'given back twice',
      { refunded: 5_750, refunds: 2 },
      ['REFUNDED_TWICE', 'REFUND_ABOVE_CAPTURE', 'MONEY_DIFFERS'],
    ],
    ['a cent too little', { captured: 2_874 }, ['MONEY_DIFFERS']],
  ])('money: %s', (_, wrong, expected) => {
    const ledger = { captured: 2_875, refunded: 0, captures: 1, refunds: 0, ...wrong };
    expect(codes(order(WAY, { ledger }))).toEqual(expected);
  });

  it('money kept of a cancelled order, and none of a sold one', () => {
    expect(codes(cancelled({ ledger: order().ledger }))).toEqual(['MONEY_DIFFERS']);
    expect(codes(order(WAY, { ledger: undefined }))).toEqual(['MONEY_DIFFERS']);
    expect(codes(order(WAY, { ledger: undefined }), { ledgerKnown: false })).toEqual([]);
  });

  it('stock that a cancelled order keeps, or a sold one has not', () => {
    expect(codes(cancelled({ movements: order().movements }))).toEqual(['ORDER_STOCK_DIFFERS']);
    expect(codes(order(WAY, { movements: [] }))).toEqual(['ORDER_STOCK_DIFFERS']);
    const stray = [...order().movements, { productId: 'relic', quantity: 1, kind: 'reserve' }];
    expect(codes(order(WAY, { movements: stray }))).toEqual(['ORDER_STOCK_DIFFERS']);
  });

  it('money and stock of an order that nobody accepted', () => {
    const nobody = order(WAY, { events: [], recorded: undefined });
    expect(codes(nobody)).toEqual(['MONEY_WITHOUT_ORDER', 'STOCK_WITHOUT_ORDER']);
  });

  it('has not ended', () => {
    const way = WAY.slice(0, 4);
    expect(codes(order(way, { reservation: 'reserved' }))).toEqual(['ORDER_NOT_ENDED']);
  });

  it('is only named while it is young or its saga goes on, but a second capture is never in order', () => {
    const way = order(WAY.slice(0, 4), { ledger: { captured: 1, refunded: 0, captures: 2, refunds: 0 } });
    const running = { settled: false, now: 1_400 };
    expect(judgeOrder(way, { ...circumstances, ...running })).toMatchObject({
      standing: 'running',
      violations: [{ code: 'CAPTURED_TWICE' }],
    });
    const waiting = order(WAY.slice(0, 4), { sagas: [{ deadline: 1_000_500 }] });
    expect(judgeOrder(waiting, { ...circumstances, settled: false }).standing).toBe('running');
    const overdue = order(WAY.slice(0, 4), { sagas: [{ deadline: 900_000 }] });
    expect(codes(overdue, { settled: false })).toEqual(['ORDER_NOT_ENDED']);
  });

  it('waits for a person: neither money nor stock is judged', () => {
    const waiting = order(['pending', 'validated', 'paid', 'needs_attention'], { movements: [] });
    expect(judgeOrder(waiting, circumstances)).toMatchObject({ standing: 'needs_attention', violations: [] });
  });

  it('stays with the customer when its return, which nobody called off for a day, is called off after all', () => {
    const way = [...WAY, 'return_requested', 'needs_attention', 'return_refused'];
    const completed = order(way);
    const facts = { ...completed, events: [...completed.events, event('order.completed')] };
    expect(codes(facts)).toEqual([]);
  });

  it('was committed and is not on its topic', () => {
    const without = (type: string, facts = order()) => ({
      ...facts,
      events: facts.events.filter(({ eventType }) => eventType !== type),
    });
    expect(codes(without('payment.completed'))).toEqual(['EVENT_MISSING']);
    expect(codes(without('inventory.reserved'))).toEqual(['EVENT_MISSING']);
    expect(codes(without('order.completed'))).toEqual(['EVENT_MISSING']);
    expect(codes(without('order.cancelled', cancelled()))).toEqual(['EVENT_MISSING']);
    expect(codes(without('order.created'))).toContain('EVENT_MISSING');
    expect(codes(order(WAY, { heard: ['event-gone'] }))).toEqual(['EVENT_MISSING']);
    expect(codes({ ...order(), events: [...order().events, event('order.cancelled')] })).toEqual([
      'EVENT_UNRECORDED',
    ]);
  });

  it('goes as no order can go', () => {
    const told = (history: readonly string[]) => codes({ ...order(), events: order(history).events });
    expect(told(['pending', 'validated', 'shipped', 'paid', 'completed'])).toEqual([
      'HISTORY_ILLEGAL',
      'HISTORY_DIFFERS',
    ]);
    const { events } = order();
    const swapped = [...events];
    [swapped[2], swapped[3]] = [swapped[3], swapped[2]] as [OrderEvent, OrderEvent];
    expect(new Set(codes({ ...order(), events: swapped }))).toEqual(
      new Set(['HISTORY_ILLEGAL', 'HISTORY_DIFFERS']),
    );
    const early = [
      events[0],
      events.find(({ eventType }) => eventType === 'order.completed'),
      ...events.slice(1),
    ];
    expect(codes({ ...order(), events: early.filter((one) => one !== undefined) })).toEqual([
      'HISTORY_ILLEGAL',
    ]);
  });

  it('is otherwise with the order service than by its topic', () => {
    const recorded = { status: 'cancelled', history: WAY, createdAt: 400, updatedAt: 500 };
    expect(judgeOrder(order(WAY, { recorded }), circumstances).violations).toContainEqual(
      expect.objectContaining({ code: 'STATUS_DIFFERS', subject: 'order o-1' }),
    );
    const { events, recorded: known } = order();
    const missing = events.filter(({ detail }) => detail?.newStatus !== 'completed');
    expect(codes({ ...order(), events: missing, recorded: known })).toEqual([
      'ORDER_NOT_ENDED',
      'HISTORY_DIFFERS',
      'STATUS_DIFFERS',
    ]);
  });

  it('began before the log begins: only the ledger is judged', () => {
    const facts = order(WAY, { events: [] });
    expect(judgeOrder(facts, { ...circumstances, completeSince: 450 })).toMatchObject({
      standing: 'beyond_log',
      violations: [],
    });
  });
});
