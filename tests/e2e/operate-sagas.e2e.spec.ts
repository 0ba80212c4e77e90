import { execFile } from 'node:child_process';
import { resolve as pathOf } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { call, Customer, type OrderWish } from '../support/customer';
import type { LedgerLine } from '../support/ledger';
import { Shop } from '../support/shop';
import { waysToRun } from '../support/ways-to-run';

interface Saga {
  readonly id: string;
  readonly orderId: string;
  readonly status: string;
  readonly step: string | null;
  readonly completedSteps: readonly string[];
  readonly amountAtRisk: { readonly amount: number; readonly currency: string } | null;
  readonly history: readonly {
    readonly kind: string;
    readonly step: string | null;
    readonly eventId: string;
  }[];
}

const PATH = '/ops/api/sagas';
const SCRIPT = pathOf(import.meta.dirname, '../../scripts/sagas.mjs');
/** More than there are of it: the payment is taken and has to be given back. */
const TOO_MANY: OrderWish = { items: [{ productId: 'prod-007', quantity: 50 }] };
const embedded = waysToRun.filter(({ engine }) => engine === 'embedded');

describe.for(embedded)('operators and the sagas of orders: $name', ({ processes }) => {
  let database: TestDatabase;
  let shop: Shop;
  let customer: Customer;

  beforeAll(async () => {
    database = await testDatabase();
    shop = await Shop.start({ databaseUrl: database.url, ...(processes ? { processes } : {}) });
    customer = await Customer.register(shop.url);
    await eventually(async () => {
      const { body } = await customer.call<{ availableStock: number }>('GET', '/api/products/prod-007');
      return body.availableStock === 10;
    });
  });
  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  const faults = (settings: object) => call(shop.simulatorUrl, 'PUT', '/faults', settings);
  const faultStruck = () =>
    eventually(async () => {
      const { body } = await call<{ struck: number }>(shop.simulatorUrl, 'GET', '/faults');
      return body.struck > 0;
    });
  const ledgerOf = async (orderId: string) => {
    const { body } = await call<LedgerLine[]>(shop.simulatorUrl, 'GET', `/ledger?orderId=${orderId}`);
    return body.find((line) => line.orderId === orderId);
  };
  const sagaOf = async (orderId: string) =>
    (await call<Saga>(shop.url, 'GET', `${PATH}/order:${orderId}`)).body;
  const sagaWhich = (orderId: string, isThere: (saga: Saga) => boolean) =>
    eventually(
      async () => {
        const saga = await sagaOf(orderId);
        return isThere(saga) && saga;
      },
      { withinMs: 30_000, what: `the saga of ${orderId}` },
    );
  const act = (orderId: string, kind: string, body: object = {}) =>
    call<Saga & { code?: string; done: Saga['history'] }>(
      shop.url,
      'POST',
      `${PATH}/order:${orderId}/${kind}`,
      body,
      { 'x-operator': 'ada' },
    );
  const command = (...args: string[]) =>
    new Promise<{ status: number; output: string }>((resolve) => {
      const env = { PATH: process.env['PATH'], OPS_URL: shop.url };
      execFile(process.execPath, [SCRIPT, ...args], { env }, (error, out, err) =>
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, output: out + err }),
      );
    });
  const statusOf = (orderId: string, status: string) =>
    eventually(async () => (await customer.view(orderId)).status === status, {
      what: `${orderId}: ${status}`,
    });
  const actsOn = async (orderId: string) => {
    const { body } = await call<{ items: { resource: string; actorId: string }[] }>(
      shop.url,
      'GET',
      `/ops/api/audit?orderId=${orderId}&eventType=audit.recorded`,
    );
    return body.items.filter(({ resource }) => resource === `saga/order:${orderId}`);
  };
  const audited = (orderId: string, times: number) =>
    eventually(async () => (await actsOn(orderId)).length === times, { what: `${times} acts in the trail` });

  /** An order whose payment was taken and whose refund the provider refuses. */
  async function stuckOrder(): Promise<string> {
    await faults({ mode: 'decline', rate: 1, operations: ['refund'] });
    const { body } = await customer.order(TOO_MANY);
    await faultStruck();
    await sagaWhich(body.orderId, ({ status }) => status === 'needs_attention');
    return body.orderId;
  }

  it('the history of an order that went well names every step and event', async () => {
    const { body } = await customer.order();
    const saga = await sagaWhich(body.orderId, ({ status }) => status === 'completed');
    expect(saga).toMatchObject({ step: null, completedSteps: ['payment', 'inventory', 'shipment'] });
    const done = saga.history.filter(({ kind }) => kind === 'step_completed');
    expect(done.map(({ step }) => step)).toEqual(['validation', 'payment', 'inventory', 'shipment']);
    expect(new Set(done.map(({ eventId }) => eventId)).size).toBe(4);
    expect(await act(body.orderId, 'compensate', { reason: 'too late' })).toMatchObject({
      status: 409,
      body: { code: 'SAGA_ACT_REFUSED' },
    });
    expect(await ledgerOf(body.orderId)).toMatchObject({ captures: 1, refunds: 0 });
  });

  it('a refused refund is shown with the money at risk, resumed, and paid back once', async () => {
    const orderId = await stuckOrder();
    await statusOf(orderId, 'needs_attention');
    const { totals } = await customer.view(orderId);
    expect(await sagaOf(orderId)).toMatchObject({
      completedSteps: ['payment'],
      amountAtRisk: { amount: totals.total, currency: 'EUR' },
      waitingFor: { kind: 'person' },
    });
    const listed = await command('list', '--status', 'needs_attention');
    expect(listed).toMatchObject({ status: 0, output: expect.stringContaining(`order:${orderId}`) });
    const shown = await command('show', orderId);
    expect(shown.output).toContain(`at risk     ${totals.total} EUR`);
    expect(shown.output).toContain(`npm run sagas -- resume order:${orderId}`);
    const metrics = async () => {
      const bodies = await Promise.all(shop.metricsUrls.map((url) => fetch(url).then((one) => one.text())));
      return bodies.join('\n');
    };
    expect(await metrics()).toContain('shop_sagas{type="order",status="needs_attention"} 1');

    const early = await command('resume', orderId);
    expect(early).toMatchObject({ status: 0, output: expect.stringContaining('resumed by an operator') });
    const refusals = ({ history }: Saga) => history.filter(({ kind }) => kind === 'undo_refused').length;
    await sagaWhich(orderId, (saga) => saga.status === 'needs_attention' && refusals(saga) === 2);

    await faults({ mode: 'none' });
    expect((await act(orderId, 'resume')).body.done.map(({ kind }) => kind)).toContain('resumed');
    await sagaWhich(orderId, ({ status }) => status === 'compensated');
    await statusOf(orderId, 'cancelled');
    const line = await ledgerOf(orderId);
    expect(line).toMatchObject({ captures: 1, refunds: 1, captured: Math.round(totals.total * 100) });
    expect(line?.refunded).toBe(line?.captured);
    await audited(orderId, 2);
  });

  it('what a person settled is resolved, and no money moves any more', async () => {
    const orderId = await stuckOrder();
    await faults({ mode: 'none' });
    const reason = 'Paid back by bank transfer.';
    const [first, second] = [
      await act(orderId, 'resolve', { reason }),
      await act(orderId, 'resolve', { reason }),
    ];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect([first.body.done.length > 0, second.body.done]).toEqual([true, []]);
    expect(await sagaOf(orderId)).toMatchObject({ status: 'compensated', amountAtRisk: null });
    await statusOf(orderId, 'cancelled');
    expect(await act(orderId, 'resume')).toMatchObject({ status: 409, body: { code: 'SAGA_ACT_REFUSED' } });
    expect(await ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: 0 });
    await audited(orderId, 1);
    expect(await actsOn(orderId)).toMatchObject([{ actorId: 'ada' }]);
  });

  it('a step that waits is asked for again, and another order taken back; both are paid at most once', async () => {
    await faults({ mode: 'delay', rate: 1, delayMs: 4_000, operations: ['confirm'] });
    const [goesOn, turnsBack] = await Promise.all(
      [0, 1].map(async () => (await customer.order()).body.orderId),
    );
    if (goesOn === undefined || turnsBack === undefined) throw new Error('There is no order.');
    await faultStruck();
    for (const orderId of [goesOn, turnsBack]) await sagaWhich(orderId, ({ step }) => step === 'payment');
    const retried = await command('retry-step', goesOn);
    expect(retried).toMatchObject({ status: 0, output: expect.stringContaining('asked 2 times') });
    const compensated = await command('compensate', turnsBack, '--reason', 'The customer called.');
    expect(compensated.output).toContain('turns back: COMPENSATED_BY_OPERATOR: The customer called.');
    await faults({ mode: 'none' });
    await sagaWhich(goesOn, ({ status }) => status === 'completed');
    await sagaWhich(turnsBack, ({ status }) => status === 'compensated');
    await statusOf(turnsBack, 'cancelled');
    expect(await ledgerOf(goesOn)).toMatchObject({ captures: 1, refunds: 0 });
    const line = await ledgerOf(turnsBack);
    expect([line?.captured ?? 0, line?.refunds ?? 0]).toEqual([line?.refunded ?? 0, line?.captures ?? 0]);
    await audited(goesOn, 1);
    await audited(turnsBack, 1);
  });
});
