import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const draft = (orderId: string, paymentMethod = 'pm_card_visa'): Stripe.PaymentIntentCreateParams => ({
  amount: 700,
  currency: 'eur',
  payment_method: paymentMethod,
  metadata: { orderId },
});

describe('an idempotency key', () => {
  it('gives the first answer again, and says so', async () => {
    const first = await stripe.paymentIntents.create(draft('same'), { idempotencyKey: 'same-create' });
    const again = await stripe.paymentIntents.create(draft('same'), { idempotencyKey: 'same-create' });
    expect(again).toEqual(first);
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(again.lastResponse.headers['original-request']).toBe(first.lastResponse.requestId);
    expect(again.lastResponse.requestId).not.toBe(first.lastResponse.requestId);
  });

  it('shows the payment as it was answered, not as it is by now', async () => {
    const first = await stripe.paymentIntents.create(draft('then'), { idempotencyKey: 'then-create' });
    await stripe.paymentIntents.confirm(first.id);
    const again = await stripe.paymentIntents.create(draft('then'), { idempotencyKey: 'then-create' });
    expect(again.status).toBe('requires_confirmation');
  });

  it('keeps a decline, also when the card would be taken by now', async () => {
    const created = await stripe.paymentIntents.create(draft('declined', 'pm_card_chargeDeclined'));
    const key = { idempotencyKey: 'declined-confirm' };
    const first = await failureOf(stripe.paymentIntents.confirm(created.id, {}, key));
    const again = await failureOf(stripe.paymentIntents.confirm(created.id, {}, key));
    expect(again.raw).toMatchObject({ code: 'card_declined', charge: first.charge });
    expect(again).toMatchObject({ statusCode: 402, payment_intent: first.payment_intent });
    expect(again.headers?.['idempotent-replayed']).toBe('true');
  });

  it('keeps a 500: the same key never gets through again, another one does', async () => {
    const { id } = await stripe.paymentIntents.create(draft('failed'));
    await simulator.faults({ mode: 'error', rate: 1, operations: ['confirm'] });
    const key = { idempotencyKey: 'failed-confirm' };
    const first = await failureOf(stripe.paymentIntents.confirm(id, {}, key));
    await simulator.faults({ mode: 'none' });
    expect(first).toMatchObject({ statusCode: 500, rawType: 'api_error' });
    const again = await failureOf(stripe.paymentIntents.confirm(id, {}, key));
    expect(again.statusCode).toBe(500);
    expect(again.headers?.['idempotent-replayed']).toBe('true');
    const other = await stripe.paymentIntents.confirm(id, {}, { idempotencyKey: 'failed-confirm-2' });
    expect(other.status).toBe('succeeded');
  });

  it('is refused with other parameters and at another address', async () => {
    const key = { idempotencyKey: 'clash' };
    const { id } = await stripe.paymentIntents.create(draft('clash'), key);
    const otherAmount = await failureOf(
      stripe.paymentIntents.create({ ...draft('clash'), amount: 701 }, key),
    );
    expect(otherAmount).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
    expect(otherAmount.statusCode).toBe(400);
    const otherAddress = await failureOf(stripe.paymentIntents.confirm(id, {}, key));
    expect(otherAddress.rawType).toBe('idempotency_error');
  });

  it('does not mind the order of the parameters', async () => {
    const { amount, currency, metadata } = draft('order');
    const key = { idempotencyKey: 'order-create' };
    const first = await stripe.paymentIntents.create({ amount, currency, metadata: metadata ?? {} }, key);
    const again = await stripe.paymentIntents.create({ metadata: metadata ?? {}, currency, amount }, key);
    expect(again.id).toBe(first.id);
  });

  it('is not used up by parameters that do not read', async () => {
    const key = { idempotencyKey: 'misread' };
    await failureOf(stripe.paymentIntents.create({ ...draft('misread'), amount: 0 }, key));
    const created = await stripe.paymentIntents.create(draft('misread'), key);
    expect(created.lastResponse.headers['idempotent-replayed']).toBeUndefined();
  });

  it('answers 409 while the first request is under way', async () => {
    const { id } = await stripe.paymentIntents.create(draft('busy'));
    await simulator.faults({ mode: 'delay', delayMs: 400, operations: ['confirm'] });
    const key = { idempotencyKey: 'busy-confirm' };
    const confirm = () => stripe.paymentIntents.confirm(id, {}, key);
    const outcomes = await Promise.allSettled([confirm(), confirm(), confirm()]);
    await simulator.faults({ mode: 'none' });
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refusals).toEqual([
      expect.objectContaining({ statusCode: 409, code: 'idempotency_key_in_use' }),
      expect.objectContaining({ statusCode: 409, code: 'idempotency_key_in_use' }),
    ]);
    expect((await confirm()).status).toBe('succeeded');
  });

  it('outlives a restart, and is free again when its time is over', async () => {
    await using own = await temporaryDirectory();
    const before = await SimulatorProcess.start(own.path);
    const key = { idempotencyKey: 'lasting' };
    const first = await before.stripe().paymentIntents.create(draft('lasting'), key);
    await before.stop('SIGKILL');

    const after = await SimulatorProcess.start(own.path);
    const replayed = await after.stripe().paymentIntents.create(draft('lasting'), key);
    expect(replayed).toEqual(first);
    await after.stop();

    const forgetful = await SimulatorProcess.start(own.path, { PAYMENT_SIMULATOR_KEY_SECONDS: '1' });
    await expect
      .poll(async () => (await forgetful.stripe().paymentIntents.create(draft('lasting'), key)).id, {
        timeout: 5_000,
        interval: 100,
      })
      .not.toBe(first.id);
    await forgetful.stop();
  });
});
