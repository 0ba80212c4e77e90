import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { call, Customer, TERMINAL } from '../support/customer';
import type { LedgerLine } from '../support/ledger';
import { Shop } from '../support/shop';

describe('a payment that is declined in passing', () => {
  let database: TestDatabase;
  let shop: Shop;
  let ada: Customer;

  beforeAll(async () => {
    database = await testDatabase();
    shop = await Shop.start({ databaseUrl: database.url });
    ada = await Customer.register(shop.url);
  });

  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  const faults = (body?: object) =>
    call<{ struck: number }>(shop.simulatorUrl, body ? 'PUT' : 'GET', '/faults', body);
  const struck = async () => (await faults()).body.struck;
  const declining = () => faults({ mode: 'decline', rate: 1, declineCode: 'try_again_later' });
  const placed = async () => {
    const { body } = await eventually(async () => {
      const answer = await ada.order();
      return answer.status === 202 && answer;
    });
    return body.orderId;
  };
  const end = (orderId: string) =>
    eventually(
      async () => {
        const view = await ada.view(orderId);
        return TERMINAL.includes(view.status) && view;
      },
      { withinMs: 45_000, what: `order ${orderId} to end` },
    );
  const ledgerOf = async (orderId: string) =>
    (await call<LedgerLine[]>(shop.simulatorUrl, 'GET', '/ledger')).body.find(
      (line) => line.orderId === orderId,
    );

  it('is made by the next attempt', async () => {
    await declining();
    const orderId = await placed();
    await eventually(async () => (await struck()) === 1, { what: 'a decline' });
    await faults({ mode: 'none' });
    expect(await end(orderId)).toMatchObject({ status: 'completed' });
    expect(await ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: 0 });
  });

  it('is given up after the third, and nothing is paid', async () => {
    await declining();
    const orderId = await placed();
    expect(await end(orderId)).toMatchObject({ status: 'cancelled', reason: 'TRY_AGAIN_LATER' });
    expect(await struck()).toBe(3);
    expect((await ledgerOf(orderId))?.captured ?? 0).toBe(0);
  });
});
