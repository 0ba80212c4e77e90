import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { call, Customer, type OrderWish } from '../support/customer';
import type { LedgerLine } from '../support/ledger';
import { Shop } from '../support/shop';

type Problem = { readonly code: string };
type Answered = { readonly orderId: string; readonly status: string };

describe.each(['saga', 'choreography'])('an order that goes back, flow %s', (flow) => {
  let database: TestDatabase;
  let shop: Shop;
  let ada: Customer;

  beforeAll(async () => {
    database = await testDatabase();
    shop = await Shop.start({ databaseUrl: database.url, env: { ORDER_FLOW: flow } });
    ada = await Customer.register(shop.url);
  });

  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  const productId = 'prod-002';
  const until = (orderId: string, ...statuses: string[]) =>
    eventually(
      async () => {
        const view = await ada.view(orderId);
        return statuses.includes(view.status) && view;
      },
      { withinMs: 30_000, what: `order ${orderId} to be ${statuses.join(' or ')}` },
    );
  async function ended(wish: OrderWish = {}): Promise<string> {
    const { body } = await eventually(async () => {
      const answer = await ada.order({ items: [{ productId, quantity: 2 }], ...wish });
      return answer.status === 202 && answer;
    });
    await until(body.orderId, 'completed', 'cancelled');
    return body.orderId;
  }
  const giveBack = <Body = Answered>(customer: Customer, orderId: string) =>
    customer.call<Body>('POST', `/api/orders/${orderId}/return`);
  const stock = async () =>
    (await call<{ availableStock: number }>(shop.url, 'GET', `/api/products/${productId}`)).body
      .availableStock;
  const ledgerOf = async (orderId: string) =>
    (await call<LedgerLine[]>(shop.simulatorUrl, 'GET', '/ledger')).body.find(
      (line) => line.orderId === orderId,
    );
  const way = async (orderId: string) => (await ada.view(orderId)).history.map(({ status }) => status);

  it('brings back parcel, stock and money, once, however often it is asked for', async () => {
    await eventually(async () => (await stock()) > 0, { what: 'the first stock' });
    const before = await stock();
    const orderId = await ended();
    expect((await way(orderId)).at(-1)).toBe('completed');
    await eventually(async () => (await stock()) === before - 2, { what: `two of ${before} to be gone` });
    const bought = await ledgerOf(orderId);
    expect(bought).toMatchObject({ captures: 1, refunds: 0 });

    const answers = await Promise.all([1, 2, 3].map(() => giveBack(ada, orderId)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(answers[0]?.body).toMatchObject({ orderId, status: expect.stringMatching(/^return/) });
    await until(orderId, 'returned');

    expect((await way(orderId)).slice(-3)).toEqual(['completed', 'return_requested', 'returned']);
    expect(await ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: 1, refunded: bought?.captured });
    await eventually(async () => (await stock()) === before);
    expect(await giveBack(ada, orderId)).toMatchObject({
      status: 202,
      body: { orderId, status: 'returned' },
    });
    expect(await ledgerOf(orderId)).toMatchObject({ refunds: 1 });
  });

  it('is asked for by its owner, when it has been completed', async () => {
    const other = await Customer.register(shop.url);
    const completed = await ended();
    expect(await giveBack<Problem>(other, completed)).toMatchObject({
      status: 404,
      body: { code: 'ORDER_NOT_FOUND' },
    });
    expect(await call(shop.url, 'POST', `/api/orders/${completed}/return`)).toMatchObject({ status: 401 });
    const declined = await ended({ paymentMethod: 'pm_card_chargeDeclined' });
    expect(await giveBack<Problem>(ada, declined)).toMatchObject({
      status: 409,
      body: { code: 'ORDER_NOT_RETURNABLE' },
    });
    expect((await way(completed)).at(-1)).toBe('completed');
  });

  it('needs attention when the refund is refused for good; parcel and stock are back all the same', async () => {
    const before = await stock();
    const orderId = await ended({ paymentMethod: 'pm_card_refundFail' });
    await eventually(async () => (await stock()) === before - 2);
    await giveBack(ada, orderId);
    await until(orderId, 'needs_attention');
    expect(await ledgerOf(orderId)).toMatchObject({ captures: 1, refunded: 0 });
    await eventually(async () => (await stock()) === before);
    expect(await giveBack<Problem>(ada, orderId)).toMatchObject({ status: 409 });
  });
});
