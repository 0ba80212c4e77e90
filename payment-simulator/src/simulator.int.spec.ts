import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerPage } from './domain/ledger.ts';
import { SimulatorProcess, temporaryDirectory } from './testing/simulator-process.ts';
import { failureOf } from './testing/stripe-failure-of.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let simulator: SimulatorProcess;
let stripe: Stripe;
let orders = 0;

beforeAll(async () => {
  directory = await temporaryDirectory();
  simulator = await SimulatorProcess.start(directory.path);
  stripe = simulator.stripe();
});

afterAll(async () => {
  await simulator.stop();
  await directory[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await simulator.faults({ mode: 'none' });
  orders += 1;
});

const order = () => `order-${orders}`;

function draft(paymentMethod = 'pm_card_visa'): Stripe.PaymentIntentCreateParams {
  return {
    amount: 1_250,
    currency: 'EUR',
    payment_method: paymentMethod,
    metadata: { orderId: order() },
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  };
}

describe('payment intents', () => {
  it('is created unconfirmed, confirmed, and found again', async () => {
    const created = await stripe.paymentIntents.create(draft());
    expect(created).toMatchObject({
      object: 'payment_intent',
      status: 'requires_confirmation',
      currency: 'eur',
      amount_received: 0,
    });
    const confirmed = await stripe.paymentIntents.confirm(created.id);
    expect(confirmed).toMatchObject({ id: created.id, status: 'succeeded', amount_received: 1_250 });
    expect(confirmed.latest_charge).toMatch(/^ch_/);
    expect(confirmed.lastResponse.requestId).toMatch(/^req_/);
    expect(await stripe.paymentIntents.retrieve(created.id)).toEqual(confirmed);
  });

  it('is created and confirmed at once', async () => {
    const paid = await stripe.paymentIntents.create({ ...draft(), confirm: true });
    expect(paid.status).toBe('succeeded');
  });

  it('waits for a card when created without one', async () => {
    const { payment_method: _card, ...cardless } = draft();
    const created = await stripe.paymentIntents.create(cardless);
    expect(created.status).toBe('requires_payment_method');
    const refused = await failureOf(stripe.paymentIntents.confirm(created.id));
    expect(refused).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
    const paid = await stripe.paymentIntents.confirm(created.id, { payment_method: 'pm_card_mastercard' });
    expect(paid.status).toBe('succeeded');
  });

  it.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ])('answers 402 to %s and can be paid with another card', async (card, code, declineCode) => {
    const created = await stripe.paymentIntents.create(draft(card));
    const declined = await failureOf(stripe.paymentIntents.confirm(created.id));
    expect(declined).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(declined).toMatchObject({ statusCode: 402, code, decline_code: declineCode });
    expect(declined.payment_intent).toMatchObject({ id: created.id, status: 'requires_payment_method' });
    expect((await simulator.ledger()).get(order())).toMatchObject({ captures: 0, captured: 0 });
    const paid = await stripe.paymentIntents.confirm(created.id, { payment_method: 'pm_card_visa' });
    expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null });
  });

  it('is cancelled before it is paid, and not after', async () => {
    const open = await stripe.paymentIntents.create(draft());
    const canceled = await stripe.paymentIntents.cancel(open.id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    const confirmed = await failureOf(stripe.paymentIntents.confirm(open.id));
    expect(confirmed).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });

    const paid = await stripe.paymentIntents.create({ ...draft(), confirm: true });
    const refused = await failureOf(stripe.paymentIntents.cancel(paid.id));
    expect(refused).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
    expect(refused.payment_intent).toMatchObject({ id: paid.id, status: 'succeeded' });
  });

  it('is charged once, however often it is confirmed', async () => {
    const { id } = await stripe.paymentIntents.create(draft());
    const confirmations = Array.from({ length: 10 }, () => stripe.paymentIntents.confirm(id));
    const outcomes = await Promise.allSettled(confirmations);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await simulator.ledger()).get(order())).toMatchObject({ captures: 1, captured: 1_250 });
  });

  it('is listed newest first, page by page', async () => {
    const first = await stripe.paymentIntents.create(draft());
    const second = await stripe.paymentIntents.create(draft());
    const page = await stripe.paymentIntents.list({ limit: 1 });
    expect(page.data.map(({ id }) => id)).toEqual([second.id]);
    expect(page.has_more).toBe(true);
    const next = await stripe.paymentIntents.list({ limit: 1, starting_after: second.id });
    expect(next.data.map(({ id }) => id)).toEqual([first.id]);
    const before = await stripe.paymentIntents.list({ ending_before: first.id });
    expect(before.data.map(({ id }) => id)).toEqual([second.id]);
  });
});

describe('refunds', () => {
  it('gives back in parts, and never more than was taken', async () => {
    const paid = await stripe.paymentIntents.create({ ...draft(), confirm: true });
    const part = await stripe.refunds.create({
      payment_intent: paid.id,
      amount: 250,
      metadata: { why: 'part' },
    });
    expect(part).toMatchObject({
      object: 'refund',
      amount: 250,
      status: 'succeeded',
      metadata: { why: 'part' },
    });
    const tooMuch = await failureOf(stripe.refunds.create({ payment_intent: paid.id, amount: 1_001 }));
    expect(tooMuch).toMatchObject({ statusCode: 400, code: 'amount_too_large' });
    const rest = await stripe.refunds.create({ charge: paid.latest_charge as string });
    expect(rest).toMatchObject({ amount: 1_000, payment_intent: paid.id });
    const again = await failureOf(stripe.refunds.create({ payment_intent: paid.id }));
    expect(again).toMatchObject({ statusCode: 400, code: 'charge_already_refunded' });

    expect(await stripe.refunds.retrieve(part.id)).toEqual(part);
    const listed = await stripe.refunds.list({ payment_intent: paid.id });
    expect(listed.data.map(({ id }) => id)).toEqual([rest.id, part.id]);
    expect((await simulator.ledger()).get(order())).toEqual({
      orderId: order(),
      captured: 1_250,
      refunded: 1_250,
      captures: 1,
      refunds: 2,
    });
  });

  it('refuses what was never taken', async () => {
    const open = await stripe.paymentIntents.create(draft());
    const refused = await failureOf(stripe.refunds.create({ payment_intent: open.id }));
    expect(refused.statusCode).toBe(400);
    expect((await stripe.refunds.list({ payment_intent: open.id })).data).toEqual([]);
  });

  it('shows a refund that the bank sent back as failed, and keeps the money', async () => {
    const paid = await stripe.paymentIntents.create({ ...draft('pm_card_refundFail'), confirm: true });
    const refund = await stripe.refunds.create({ payment_intent: paid.id });
    expect(refund).toMatchObject({ status: 'failed', failure_reason: 'declined' });
    expect((await simulator.ledger()).get(order())).toMatchObject({
      captured: 1_250,
      refunded: 0,
      refunds: 0,
    });
  });
});

describe('a pending refund', () => {
  it('is settled by the bank, that is by PUT /refunds/:id, and once', async () => {
    const paid = await stripe.paymentIntents.create({ ...draft('pm_card_pendingRefund'), confirm: true });
    const part = await stripe.refunds.create({ payment_intent: paid.id, amount: 250 });
    const rest = await stripe.refunds.create({ payment_intent: paid.id });
    expect([part.status, rest.status]).toEqual(['pending', 'pending']);
    expect((await simulator.settleRefund(part.id, 'failed')).status).toBe(200);
    expect((await simulator.settleRefund(rest.id, 'succeeded')).status).toBe(200);

    const again = await simulator.settleRefund(part.id, 'succeeded');
    expect([again.status, await again.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'SIMULATOR_REFUND_NOT_PENDING' }),
    ]);
    expect((await simulator.settleRefund(rest.id, 'pending' as never)).status).toBe(400);
    const { data } = await stripe.refunds.list({ payment_intent: paid.id });
    expect(data.map(({ id, status }) => [id, status])).toEqual([
      [rest.id, 'succeeded'],
      [part.id, 'failed'],
    ]);
    expect((await simulator.ledger()).get(order())).toMatchObject({ refunds: 1, refunded: 1_000 });
  });
});

describe('what is refused', () => {
  it('wants a test key', async () => {
    const live = await failureOf(simulator.stripe({ key: 'sk_live_nope' }).paymentIntents.list());
    expect(live).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(live.message).not.toContain('sk_live_nope');
    const none = await fetch(`${simulator.url}/v1/payment_intents`);
    expect(none.status).toBe(401);
    const basic = await fetch(`${simulator.url}/v1/payment_intents`, {
      headers: { authorization: `Basic ${Buffer.from('sk_test_curl:').toString('base64')}` },
    });
    expect(basic.status).toBe(200);
  });

  it('does not know what does not exist', async () => {
    const payment = await failureOf(stripe.paymentIntents.retrieve('pi_nothing'));
    expect(payment).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'intent' });
    expect(await failureOf(stripe.refunds.retrieve('re_nothing'))).toMatchObject({ statusCode: 404 });
    expect(await failureOf(stripe.paymentIntents.confirm('pi_nothing'))).toMatchObject({ statusCode: 404 });
    expect(await failureOf(stripe.refunds.list({ payment_intent: 'pi_nothing' }))).toMatchObject({
      code: 'resource_missing',
    });
    expect(await failureOf(stripe.customers.list())).toMatchObject({ statusCode: 404 });
  });

  it.each([
    [{ amount: 0 }, 'amount'],
    [{ amount: -5 }, 'amount'],
    [{ amount: 10.5 }, 'amount'],
    [{ amount: 100_000_000 }, 'amount'],
    [{ currency: 'euros' }, 'currency'],
    [{ payment_method: 'pm_card_nobody' }, 'payment_method'],
    [{ metadata: { orderId: 'x'.repeat(501) } }, 'metadata[orderId]'],
    [{ capture_method: 'manual' as const }, 'capture_method'],
    [{ customer: 'cus_1' }, 'customer'],
  ])('refuses %j and names the parameter', async (wrong, param) => {
    const refused = await failureOf(stripe.paymentIntents.create({ ...draft(), ...wrong }));
    expect(refused).toMatchObject({ statusCode: 400, rawType: 'invalid_request_error', param });
  });

  it('refuses a body that is too large or no form', async () => {
    const post = (body: string, type: string) =>
      fetch(`${simulator.url}/v1/payment_intents`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_x', 'content-type': type },
        body,
      });
    const large = await post(`description=${'x'.repeat(70_000)}`, 'application/x-www-form-urlencoded');
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    const json = await post('{}', 'application/json');
    expect(json.status).toBe(400);
  });
});

describe('its own routes', () => {
  it('show people and programs what was paid', async () => {
    const { id } = await stripe.paymentIntents.create({ ...draft(), confirm: true });
    const response = await fetch(`${simulator.url}/overview`);
    const overview = (await response.json()) as { faults: unknown; recent: unknown[] };
    expect(overview.faults).toMatchObject({ mode: 'none' });
    expect(overview.recent[0]).toMatchObject({ id, status: 'succeeded' });
    expect(JSON.stringify(overview)).not.toContain('_secret_');
    const one = await fetch(`${simulator.url}/ledger?orderId=${order()}`);
    expect(await one.json()).toEqual([
      { orderId: order(), captured: 1_250, refunded: 0, captures: 1, refunds: 0 },
    ]);
    const page = await fetch(simulator.url);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('Payment simulator');
    const health = await (await fetch(`${simulator.url}/health`)).json();
    expect(health).toMatchObject({ status: 'ok', service: 'payment-simulator' });
  });

  it('tell the ledger page by page, each order once, also while it grows', async () => {
    const pay = async (orderId: string) => {
      await stripe.paymentIntents.create({ ...draft(), metadata: { orderId }, confirm: true });
    };
    const read = async (query: string) =>
      (await (await fetch(`${simulator.url}/ledger?${query}`)).json()) as LedgerPage;
    for (const name of ['paged-a', 'paged-b', 'paged-c']) await pay(name);
    const before = [...(await simulator.ledger()).keys()];
    const seen: LedgerPage['items'][number][] = [];
    let cursor: string | null = '0';
    let pages = 0;
    while (cursor !== null) {
      const page: LedgerPage = await read(`limit=2&cursor=${cursor}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items);
      cursor = page.nextCursor;
      pages += 1;
      if (pages !== 1) continue;
      await pay(String(page.items[0]?.orderId));
      await pay('paged-late');
    }
    expect(pages).toBeGreaterThan(2);
    expect(seen.map(({ orderId }) => orderId)).toEqual([...before, 'paged-late']);
    expect(seen.slice(2)).toEqual([...(await simulator.ledger()).values()].slice(2));
  });

  it.each(['limit=0', 'limit=5001', 'limit=all', 'cursor=x', 'limit=1&limit=2'])(
    'refuse the page %s of the ledger',
    async (query) => {
      const response = await fetch(`${simulator.url}/ledger?${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ faults: [{ path: query.slice(0, query.indexOf('=')) }] });
    },
  );

  it('answer an unknown address with a coded problem', async () => {
    const response = await fetch(`${simulator.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'SIMULATOR_ROUTE_UNKNOWN' });
  });
});
