import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SimulatorProcess, temporaryDirectory } from '../testing/simulator-process.ts';
import { failureOf } from '../testing/stripe-failure-of.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let simulator: SimulatorProcess;
let stripe: Stripe;

beforeAll(async () => {
  directory = await temporaryDirectory();
  simulator = await SimulatorProcess.start(directory.path);
  stripe = simulator.stripe();
});

afterAll(async () => {
  await simulator.stop();
  await directory[Symbol.asyncDispose]();
});

afterEach(() => simulator.faults({ mode: 'none' }));

const open = (orderId: string) =>
  stripe.paymentIntents.create({
    amount: 900,
    currency: 'eur',
    payment_method: 'pm_card_visa',
    metadata: { orderId },
  });

describe('lost-reply', () => {
  it('takes the money and says nothing; the payment is found paid', async () => {
    const { id } = await open('lost');
    await simulator.faults({ mode: 'lost-reply', rate: 1 });
    const lost = await failureOf(stripe.paymentIntents.confirm(id, {}, { idempotencyKey: 'lost' }));
    expect(lost).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('succeeded');
    await simulator.faults({ mode: 'none' });
    const replayed = await stripe.paymentIntents.confirm(id, {}, { idempotencyKey: 'lost' });
    expect(replayed).toMatchObject({ status: 'succeeded', amount_received: 900 });
    expect((await simulator.ledger()).get('lost')).toMatchObject({ captures: 1, captured: 900 });
  });

  it('gives the money back and says nothing; the refund is found in the list', async () => {
    const { id } = await open('lost-refund');
    await stripe.paymentIntents.confirm(id);
    await simulator.faults({ mode: 'lost-reply', rate: 1 });
    const lost = await failureOf(stripe.refunds.create({ payment_intent: id }));
    expect(lost).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    const refunds = await stripe.refunds.list({ payment_intent: id });
    expect(refunds.data).toMatchObject([{ amount: 900, status: 'succeeded' }]);
    expect((await simulator.ledger()).get('lost-refund')).toMatchObject({ refunds: 1, refunded: 900 });
  });

  it('leaves creation alone unless told otherwise', async () => {
    await simulator.faults({ mode: 'lost-reply', rate: 1 });
    expect((await open('unharmed')).status).toBe('requires_confirmation');
    await simulator.faults({ mode: 'lost-reply', rate: 1, operations: ['create'] });
    expect(await failureOf(open('harmed'))).toBeInstanceOf(Stripe.errors.StripeConnectionError);
  });
});

describe('error', () => {
  it('answers 500 and does nothing', async () => {
    const { id } = await open('error');
    await simulator.faults({ mode: 'error', rate: 1 });
    const failed = await failureOf(stripe.paymentIntents.confirm(id));
    expect(failed).toBeInstanceOf(Stripe.errors.StripeAPIError);
    expect(failed.statusCode).toBe(500);
    expect((await failureOf(stripe.paymentIntents.cancel(id))).statusCode).toBe(500);
    expect((await failureOf(open('error-create'))).statusCode).toBe(500);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_confirmation');
    expect((await simulator.ledger()).get('error')).toMatchObject({ captures: 0, captured: 0 });
  });
});

describe('decline', () => {
  it('declines good cards', async () => {
    const { id } = await open('decline');
    await simulator.faults({ mode: 'decline', rate: 1 });
    const declined = await failureOf(stripe.paymentIntents.confirm(id));
    expect(declined).toMatchObject({ statusCode: 402, code: 'card_declined' });
  });

  it.each([
    ['try_again_later', 'card_declined'],
    ['processing_error', 'processing_error'],
  ])('declines as %s when told so', async (declineCode, code) => {
    const { id } = await open(`decline-${declineCode}`);
    await simulator.faults({ mode: 'decline', declineCode });
    const declined = await failureOf(stripe.paymentIntents.confirm(id));
    expect(declined).toMatchObject({ statusCode: 402, code, decline_code: declineCode });
  });

  it('sends refunds back when told so', async () => {
    const { id } = await open('decline-refund');
    await stripe.paymentIntents.confirm(id);
    await simulator.faults({ mode: 'decline', rate: 1, operations: ['refund'] });
    expect((await stripe.refunds.create({ payment_intent: id })).status).toBe('failed');
    expect((await simulator.ledger()).get('decline-refund')).toMatchObject({ refunds: 0, refunded: 0 });
  });
});

describe('delay', () => {
  it('carries out late what the client no longer waits for', async () => {
    const { id } = await open('delay');
    await simulator.faults({ mode: 'delay', delayMs: 500, operations: ['confirm'] });
    const impatient = simulator.stripe({ timeout: 100 });
    const lost = await failureOf(impatient.paymentIntents.confirm(id));
    expect(lost).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_confirmation');
    await expect
      .poll(async () => (await stripe.paymentIntents.retrieve(id)).status, { timeout: 5_000 })
      .toBe('succeeded');
  });

  it('does not hold a stop up, and what was held back is not done', async () => {
    await using own = await temporaryDirectory();
    const stopped = await SimulatorProcess.start(own.path);
    const { id } = await stopped.stripe().paymentIntents.create({ amount: 1, currency: 'eur' });
    await stopped.faults({ mode: 'delay', delayMs: 60_000, operations: ['cancel'] });
    const cancellation = failureOf(stopped.stripe().paymentIntents.cancel(id));
    await expect.poll(async () => (await stopped.currentFaults()).struck).toBe(1);
    expect((await stopped.stop('SIGTERM')).code).toBe(0);
    expect((await cancellation).statusCode).toBe(503);

    const restarted = await SimulatorProcess.start(own.path);
    expect((await restarted.stripe().paymentIntents.retrieve(id)).status).toBe('requires_payment_method');
    await restarted.stop();
  });
});

describe('PUT /faults', () => {
  it('strikes the given share', async () => {
    await simulator.faults({ mode: 'error', rate: 0.5, operations: ['create'] });
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, n) => open(`share-${n}`)));
    const failed = outcomes.filter(({ status }) => status === 'rejected').length;
    expect(failed).toBeGreaterThan(50);
    expect(failed).toBeLessThan(150);
    expect(await simulator.currentFaults()).toMatchObject({ mode: 'error', rate: 0.5, struck: failed });
  });

  it('names every mistake, and leaves the settings as they were', async () => {
    await simulator.faults({ mode: 'decline', rate: 0.2 });
    const response = await simulator.faults({ mode: 'explode', rate: 2, delayMs: -1, often: true });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await response.json()) as { code: string; faults: { path: string }[] };
    expect(problem.code).toBe('SIMULATOR_INPUT_INVALID');
    expect(problem.faults.map(({ path }) => path).toSorted()).toEqual(['delayMs', 'mode', 'often', 'rate']);
    expect(await simulator.currentFaults()).toMatchObject({ mode: 'decline', rate: 0.2 });
    expect((await simulator.faults('no object')).status).toBe(400);
  });
});
