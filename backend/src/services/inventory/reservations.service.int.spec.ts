import { randomUUID } from 'node:crypto';
import type { OrderCreatedEvent } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import { type DeliveryContext, runWithDelivery } from '@/infrastructure/kafka/delivery/delivery-context';
import { sql } from '@/infrastructure/postgres/sql';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { InventoryEventHandler } from './entry/inventory-event.handler';
import { OnReleaseRequestedHandler } from './entry/on-release-requested.handler';
import { OnReservationRequestedHandler } from './entry/on-reservation-requested.handler';
import { InventoryService } from './inventory.service';
import { type ReservationRequest, Reservations } from './reservations.service';
import { inventoryMigrations } from './state/inventory.migrations';
import { StockBooks } from './state/stock-books';
import { StockStore } from './state/stock-store';
import { StockAnnouncer } from './stock-announcer.service';

const line = (productId: string, quantity: number) => ({ productId, quantity });
const request = (orderId: string, items: readonly ReturnType<typeof line>[]): ReservationRequest => ({
  orderId,
  items,
  flow: 'saga',
  run: 1,
  answering: (answer) => answer(),
});

describe('reservations', () => {
  let state: ServiceState;
  let stock: StockStore;
  let inventory: InventoryService;
  let reservations: Reservations;
  let handler: InventoryEventHandler;

  beforeAll(async () => {
    state = await serviceState('inventory', inventoryMigrations);
    const books = new StockBooks(state.unitOfWork);
    stock = new StockStore(state.unitOfWork);
    inventory = new InventoryService(state.unitOfWork, books, new StockAnnouncer(state.publisher));
    reservations = new Reservations(inventory, books, state.publisher);
    handler = new InventoryEventHandler(inventory, reservations, books, state.unitOfWork);
  });
  afterAll(() => state.close());

  const run = <T>(work: () => Promise<T>) => state.unitOfWork.run(work);
  const product = async (quantity: number, threshold = 0) => {
    const productId = `product-${randomUUID()}`;
    await run(() => stock.open(productId, quantity, threshold));
    return productId;
  };
  const level = async (productId: string) => {
    const [row] = await state.database.rows<{ available: number; reserved: number }>(
      sql`select available, reserved from stock where product_id = ${productId}`,
    );
    return [row?.available, row?.reserved];
  };
  const reserve = (orderId: string, ...lines: ReturnType<typeof line>[]) =>
    run(() => reservations.reserve([request(orderId, lines)]));
  const release = (orderId: string, attempt?: number) =>
    run(() => reservations.release(orderId, 'saga', attempt));
  const answers = async (orderId: string) => {
    const events = await state.published();
    return events
      .filter(({ data }) => (data as { orderId?: string }).orderId === orderId)
      .filter(({ eventType }) => eventType !== 'inventory.stock.updated')
      .map(({ eventType, data }) => ({ type: eventType, code: (data as { code?: string }).code }));
  };

  it('takes all lines, those of one product summed, once', async () => {
    const [lamp, mug, orderId] = [await product(10), await product(10), randomUUID()];
    await reserve(orderId, line(lamp, 2), line(mug, 1), line(lamp, 3));
    await reserve(orderId, line(lamp, 2), line(mug, 1), line(lamp, 3));
    expect(await level(lamp)).toEqual([5, 5]);
    expect(await level(mug)).toEqual([9, 1]);
    expect(await answers(orderId)).toEqual([{ type: 'inventory.reserved' }, { type: 'inventory.reserved' }]);
  });

  it('takes nothing when one line is short', async () => {
    const [lamp, mug, orderId] = [await product(10), await product(1), randomUUID()];
    await reserve(orderId, line(lamp, 2), line(mug, 2));
    expect(await level(lamp)).toEqual([10, 0]);
    expect(await answers(orderId)).toEqual([{ type: 'inventory.reservation.failed', code: 'OUT_OF_STOCK' }]);
  });

  it('takes nothing when nobody waits for it any more', async () => {
    const [lamp, orderId] = [await product(10), randomUUID()];
    const dueIn = (ms: number, attempt: number) => {
      const deadline = new Date(Date.now() + ms);
      return run(() => reservations.reserve([{ ...request(orderId, [line(lamp, 2)]), deadline, attempt }]));
    };
    await dueIn(-1_000, 1);
    await dueIn(-1_000, 1);
    expect(await level(lamp)).toEqual([10, 0]);
    const refused = { type: 'inventory.reservation.failed', code: 'RESERVATION_TOO_LATE' };
    expect(await answers(orderId)).toEqual([refused, refused]);
    await dueIn(60_000, 2);
    await dueIn(-1_000, 2);
    expect(await level(lamp)).toEqual([8, 2]);
  });

  it('serves orders that come together one after another, as far as the stock goes, each by its own answer', async () => {
    const [lamp, mug, ids] = [
      await product(10, 5),
      await product(10),
      ['a', 'b', 'c'].map((id) => id + randomUUID()),
    ];
    const [first = '', second = '', third = ''] = ids;
    const causes: string[] = [];
    const caused = (orderId: string, ...lines: ReturnType<typeof line>[]): ReservationRequest => ({
      ...request(orderId, lines),
      answering: (answer) => {
        causes.push(orderId);
        return answer();
      },
    });
    await run(() =>
      reservations.reserve([
        caused(first, line(lamp, 6)),
        caused(second, line(mug, 1), line(lamp, 6)),
        caused(third, line(lamp, 4), line(mug, 2)),
      ]),
    );
    expect(causes).toEqual(ids);
    expect([await level(lamp), await level(mug)]).toEqual([
      [0, 10],
      [8, 2],
    ]);
    expect(await answers(first)).toEqual([{ type: 'inventory.reserved' }]);
    expect(await answers(second)).toEqual([{ type: 'inventory.reservation.failed', code: 'OUT_OF_STOCK' }]);
    expect(await answers(third)).toEqual([{ type: 'inventory.reserved' }]);
    const changes = (await state.publishedOf('inventory.stock.updated')).filter(
      ({ productId, orderId }) => productId === lamp && orderId !== undefined,
    );
    expect(changes.map(({ available, version, delta }) => [available, version, delta])).toEqual([
      [4, 2, -6],
      [0, 3, -4],
    ]);
    const low = (await state.publishedOf('inventory.stock.low')).filter(
      ({ productId }) => productId === lamp,
    );
    expect(low.map(({ available }) => available)).toEqual([4]);
  });

  it('waits a few runs for a product that nobody has told of, then refuses', async () => {
    const orderId = randomUUID();
    const reserveInRun = (count: number) =>
      run(() => reservations.reserve([{ ...request(orderId, [line('nothing', 1)]), run: count }]));
    await expect(reserveInRun(1)).rejects.toMatchObject({ code: 'PRODUCT_NOT_KNOWN_YET', retryable: true });
    expect(await answers(orderId)).toEqual([]);
    await reserveInRun(6);
    expect(await answers(orderId)).toEqual([
      { type: 'inventory.reservation.failed', code: 'UNKNOWN_PRODUCT' },
    ]);
  });

  it('sells ten pieces to ten of thirty orders that come at once, in whatever order their lines stand', async () => {
    const [lamp, mug] = [await product(10), await product(100)];
    const orders = Array.from({ length: 30 }, () => randomUUID());
    await Promise.all(
      orders.map((orderId, index) =>
        reserve(orderId, ...(index % 2 ? [line(lamp, 1), line(mug, 1)] : [line(mug, 1), line(lamp, 1)])),
      ),
    );
    expect(await level(lamp)).toEqual([0, 10]);
    expect(await level(mug)).toEqual([90, 10]);
    const outcomes = (await Promise.all(orders.map(answers))).flat().map(({ type }) => type);
    expect(outcomes.filter((type) => type === 'inventory.reserved')).toHaveLength(10);
    expect(outcomes).toHaveLength(30);
  });

  it('gives stock back once, however often it is asked to', async () => {
    const [lamp, orderId] = [await product(10), randomUUID()];
    await reserve(orderId, line(lamp, 4));
    await release(orderId);
    await release(orderId);
    expect(await level(lamp)).toEqual([10, 0]);
    const released = (await state.publishedOf('inventory.released')).filter(
      (data) => data.orderId === orderId,
    );
    expect(released.map(({ items }) => items)).toEqual([[line(lamp, 4)], [line(lamp, 4)]]);
  });

  it('refuses the request that comes after its undoing', async () => {
    const [lamp, orderId] = [await product(10), randomUUID()];
    await release(orderId);
    await reserve(orderId, line(lamp, 4));
    expect(await level(lamp)).toEqual([10, 0]);
    expect(await answers(orderId)).toEqual([
      { type: 'inventory.released' },
      { type: 'inventory.reservation.failed', code: 'RESERVATION_CANCELLED' },
    ]);
  });

  it('sells what a completed order held, and takes it back after that', async () => {
    const [lamp, orderId] = [await product(10), randomUUID()];
    await reserve(orderId, line(lamp, 4));
    await run(() => reservations.sell([{ orderId, telling: (tell) => tell() }]));
    await run(() => reservations.sell([{ orderId, telling: (tell) => tell() }]));
    expect(await level(lamp)).toEqual([6, 0]);
    await release(orderId);
    expect(await level(lamp)).toEqual([10, 0]);
  });

  it('calls a product low once per crossing and numbers each change', async () => {
    const lamp = await product(5, 3);
    for (const quantity of [1, 1, 1]) await reserve(randomUUID(), line(lamp, quantity));
    const updates = (await state.publishedOf('inventory.stock.updated')).filter(
      (data) => data.productId === lamp,
    );
    expect(updates.map(({ version, available, delta }) => [version, available, delta])).toEqual([
      [2, 4, -1],
      [3, 3, -1],
      [4, 2, -1],
    ]);
    const low = (await state.publishedOf('inventory.stock.low')).filter((data) => data.productId === lamp);
    expect(low.map(({ available }) => available)).toEqual([3]);
  });

  it('deducts for the order of the event being handled, once', async () => {
    const [lamp, orderId] = [await product(10), randomUUID()];
    const deduct = (topic: string, key: string = orderId) =>
      runWithDelivery({ topic, key } as DeliveryContext, () => inventory.deductStock(lamp, 3));
    await deduct('order-events');
    await deduct('payment-events');
    expect(await level(lamp)).toEqual([7, 3]);
    await expect(deduct('product-events', lamp)).rejects.toMatchObject({ code: 'ORDER_REFERENCE_REQUIRED' });
    await inventory.deductStock(lamp, 1, { orderId: randomUUID() });
    expect(await level(lamp)).toEqual([6, 4]);
    await expect(inventory.deductStock(lamp, 1)).rejects.toMatchObject({ code: 'ORDER_REFERENCE_REQUIRED' });
    await expect(inventory.deductStock(lamp, 7, { orderId: 'o' })).rejects.toMatchObject({
      code: 'STOCK_NOT_AVAILABLE',
    });
  });

  it('takes stock anew for a later attempt, whose movements are its own; the earlier one comes too late', async () => {
    const [lamp, orderId] = [await product(10), randomUUID()];
    await reserve(orderId, line(lamp, 4));
    await release(orderId, 1);
    const deduct = (attempt: number) => inventory.deductStock(lamp, 4, { orderId, attempt });
    await expect(deduct(1)).rejects.toMatchObject({ refusal: { code: 'RESERVATION_CANCELLED' } });
    expect(await level(lamp)).toEqual([10, 0]);
    await deduct(2);
    await deduct(2);
    expect(await level(lamp)).toEqual([6, 4]);
    const answered = await answers(orderId);
    await reserve(orderId, line(lamp, 4));
    await expect(deduct(1)).rejects.toMatchObject({ code: 'STOCK_NOT_AVAILABLE' });
    expect(await level(lamp)).toEqual([6, 4]);
    expect(await answers(orderId)).toEqual(answered);
    await release(orderId, 1);
    expect(await level(lamp)).toEqual([6, 4]);
    await release(orderId);
    await release(orderId);
    await expect(deduct(3)).rejects.toMatchObject({ refusal: { code: 'RESERVATION_CANCELLED' } });
    expect(await level(lamp)).toEqual([10, 0]);
    const movements = await state.database.rows(sql`
      select kind, attempt from movements where order_id = ${orderId} order by id`);
    expect(movements).toEqual([
      { kind: 'reserve', attempt: 1 },
      { kind: 'release', attempt: 1 },
      { kind: 'reserve', attempt: 2 },
      { kind: 'release', attempt: 2 },
    ]);
    const again = state.database.run(sql`
      insert into movements (order_id, product_id, kind, attempt, quantity)
      values (${orderId}, ${lamp}, 'reserve', 1, 4)`);
    await expect(again).rejects.toMatchObject({ code: '23505' });
  });

  it('leaves what was sold as it is when its stock is asked for again', async () => {
    const [lamp, orderId] = [await product(10), randomUUID()];
    await inventory.deductStock(lamp, 4, { orderId });
    await run(() => reservations.sell([{ orderId, telling: (tell) => tell() }]));
    await inventory.deductStock(lamp, 4, { orderId });
    expect(await level(lamp)).toEqual([6, 0]);
    await release(orderId);
    expect(await level(lamp)).toEqual([10, 0]);
  });

  describe('by the stamp of the order', () => {
    const headersOf = (flow: string) => ({ attempt: 1, headers: { 'x-order-flow': flow } });
    const requested = (orderId: string, productId: string, flow: string, more = {}, around = {}) =>
      run(() => {
        const event = { data: { orderId, items: [line(productId, 2)], ...more } };
        const context = { ...headersOf(flow), ...around };
        const delivered = { event, context, within: (work: () => unknown) => work() };
        const handler = new OnReservationRequestedHandler(new EventConsumerService(), reservations);
        return handler.reserve([delivered as never]);
      });
    const flowOf = async (orderId: string) => {
      const row = await state.database.row<{ flow: string }>(sql`
        select flow from reservations where order_id = ${orderId}`);
      return row?.flow;
    };

    it.each([
      ['saga', [8, 2]],
      ['choreography', [10, 0]],
    ])('a request takes stock in the flow of sagas alone: %s', async (flow, left) => {
      const [lamp, orderId] = [await product(10), randomUUID()];
      await requested(orderId, lamp, flow);
      expect(await level(lamp)).toEqual(left);
    });

    it.each(['saga', 'choreography'])(
      'a later attempt takes stock by a request in either flow: %s',
      async (flow) => {
        const [lamp, orderId] = [await product(10), randomUUID()];
        await requested(orderId, lamp, flow, { attempt: 2 });
        expect(await level(lamp)).toEqual([8, 2]);
        expect(await flowOf(orderId)).toBe(flow);
      },
    );

    it.each<[string, object, number[]]>([
      ['is not served', {}, [10, 0]],
      ['is served in a replay', { replay: { id: 'replay-1', mode: 'rebuild' } }, [8, 2]],
    ])('a request whose deadline has passed %s', async (_, context, left) => {
      const [lamp, orderId] = [await product(10), randomUUID()];
      await requested(orderId, lamp, 'saga', { deadline: '2026-01-01T00:00:00.000Z' }, context);
      expect(await level(lamp)).toEqual(left);
    });

    it.each(['saga', 'choreography'])('what is released unseen keeps the flow %s', async (flow) => {
      const orderId = randomUUID();
      const event = { data: { orderId } } as never;
      await run(() => new OnReleaseRequestedHandler(reservations).handle(event, headersOf(flow) as never));
      expect(await flowOf(orderId)).toBe(flow);
    });
  });

  describe('without a saga', () => {
    const created = (
      orderId: string,
      flow: 'saga' | 'choreography' | undefined,
      ...lines: ReturnType<typeof line>[]
    ) =>
      ({
        data: { orderId, items: lines.map((item) => ({ ...item, price: 1 })), flow },
      }) as unknown as OrderCreatedEvent;

    it('takes the stock of an order that is stamped so, once', async () => {
      const [lamp, orderId] = [await product(10), randomUUID()];
      const event = created(orderId, 'choreography', line(lamp, 2), line(lamp, 1));
      await run(() => handler.handle(event));
      await run(() => handler.handle(event));
      expect(await level(lamp)).toEqual([7, 3]);
      expect((await answers(orderId))[0]).toEqual({ type: 'inventory.reserved' });
    });

    it.each(['saga', undefined] as const)('leaves the stock alone when the stamp is %s', async (flow) => {
      const [lamp, orderId] = [await product(10), randomUUID()];
      await run(() => handler.handle(created(orderId, flow, line(lamp, 2))));
      expect(await level(lamp)).toEqual([10, 0]);
      expect(await answers(orderId)).toEqual([]);
    });

    it('gives back what it had taken when a later line is short', async () => {
      const [lamp, mug, orderId] = [await product(10), await product(0), randomUUID()];
      await run(() => handler.handle(created(orderId, 'choreography', line(lamp, 2), line(mug, 1))));
      expect(await level(lamp)).toEqual([10, 0]);
      expect(await answers(orderId)).toEqual([
        { type: 'inventory.reservation.failed', code: 'OUT_OF_STOCK' },
      ]);
    });
  });
});
