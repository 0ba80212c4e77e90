import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { FlowShop } from './flow-shop';

const SAGAS = join(import.meta.dirname, '../../scripts/sagas.mjs');
const BEYOND_THE_CARRIER = { name: 'Z', line1: '1', city: 'Z', postalCode: '0', country: 'ZZ' };

let shop: FlowShop;

beforeAll(async () => {
  shop = await FlowShop.start('choreography');
});
afterAll(() => shop?.stop());

const sagas = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = { ...process.env, OPS_URL: shop.url };
    execFile(process.execPath, [SAGAS, ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

it('an operator has a refund asked for again that no saga leads; other acts are refused by name', async () => {
  const orderId = await shop.place({
    items: [{ productId: 'prod-005', quantity: 1 }],
    shippingAddress: BEYOND_THE_CARRIER,
    paymentMethod: 'pm_card_refundFail',
  });
  expect(await shop.until([orderId])).toEqual(['needs_attention']);
  const { body } = await shop.customer.call<{ totals: { total: number } }>('GET', `/api/orders/${orderId}`);
  const { out } = await sagas('show', orderId);
  expect(out).toContain(`at risk     up to ${body.totals.total} EUR`);
  expect(out).toContain(`npm run sagas -- resume ${orderId}`);
  expect(await shop.customer.call('GET', `/ops/api/sagas/${orderId}`)).toMatchObject({
    status: 200,
    body: {
      orderId,
      type: 'choreography',
      status: 'needs_attention',
      completedSteps: ['inventory', 'payment'],
      undone: ['inventory'],
      reason: { code: 'COUNTRY_NOT_SERVED' },
      refused: [{ step: 'payment' }],
      amountAtRisk: { amount: body.totals.total },
    },
  });
  for (const act of ['compensate', 'resolve']) {
    expect(await sagas(act, orderId, '--reason', 'I say so.')).toMatchObject({
      code: 1,
      err: expect.stringContaining('ORDER_HAS_NO_SAGA'),
    });
  }
  const refusals = () => shop.reader.typesOf(orderId).filter((type) => type === 'payment.refund.failed');
  const before = refusals().length;
  const resumed = await sagas('resume', orderId, '--json');
  expect([resumed.code, JSON.parse(resumed.out)]).toEqual([0, { orderId, asked: 'payment', resumed: true }]);
  await eventually(() => refusals().length === before + 1, { what: 'the provider to be asked again' });
  expect(await shop.until([orderId])).toEqual(['needs_attention']);

  const well = await shop.place({ items: [{ productId: 'prod-005', quantity: 1 }] });
  expect(await shop.until([well])).toEqual(['completed']);
  expect(await sagas('resume', well)).toMatchObject({
    code: 1,
    err: expect.stringContaining('ORDER_NOT_RESUMABLE'),
  });
});
