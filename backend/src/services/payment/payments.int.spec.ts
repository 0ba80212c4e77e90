import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { Charge, type ChargeRequest } from './charge.service';
import { MakeNotPaid } from './make-not-paid.service';
import { PaymentAnswers } from './payment-answers.service';
import { paymentMigrations } from './state/payment.migrations';
import { PaymentStore } from './state/payment-store';
import { type Trouble, UnreliableProvider } from '@/testing/unreliable-payment-provider';

const PASSED = Date.UTC(2020, 0, 1);

describe('payments', () => {
  let state: ServiceState;
  let payments: PaymentStore;
  let provider: UnreliableProvider;
  let charge: Charge;
  let makeNotPaid: MakeNotPaid;

  beforeAll(async () => {
    state = await serviceState('payment', paymentMigrations);
    payments = new PaymentStore(state.database, state.unitOfWork);
  });
  beforeEach(() => {
    provider = new UnreliableProvider();
    const answers = new PaymentAnswers(state.publisher);
    charge = new Charge(state.unitOfWork, payments, answers, provider);
    makeNotPaid = new MakeNotPaid(state.unitOfWork, payments, answers, provider);
  });
  afterAll(() => state.close());

  const requestOf = (changes: Partial<ChargeRequest> = {}): ChargeRequest => ({
    orderId: randomUUID(),
    userId: 'user-1',
    amountMinor: 1_999,
    currency: 'EUR',
    paymentMethod: 'pm_card_visa',
    requestId: randomUUID(),
    flow: 'saga',
    ...changes,
  });

  /** A request of its own for the same order. */
  const again = (request: ChargeRequest): ChargeRequest => ({ ...request, requestId: randomUUID() });

  const undo = ({ orderId }: ChargeRequest, requestId = 'undo') =>
    makeNotPaid.run(orderId, 'saga', requestId);

  /** As the delivery engine does: again while the error says that it may succeed later. */
  async function untilDone(work: () => Promise<void>): Promise<number> {
    for (let runs = 1; ; runs += 1) {
      try {
        await work();
        return runs;
      } catch (error) {
        if (!(error as { retryable?: boolean }).retryable || runs > 10) throw error;
      }
    }
  }

  const answers = async ({ orderId }: ChargeRequest) => {
    const events = await state.published();
    return events
      .filter(({ data }) => (data as { orderId: string }).orderId === orderId)
      .map(({ eventType, data }) => [
        eventType,
        (data as { code?: string; amount?: number }).code ?? (data as { amount?: number }).amount,
      ]);
  };

  it('captures once, and answers each request once, however often it is asked', async () => {
    const request = requestOf();
    await charge.charge(request);
    await charge.charge(request);
    await charge.charge(again(request));
    expect(provider.captures).toBe(1);
    expect(await answers(request)).toEqual([
      ['payment.completed', 19.99],
      ['payment.completed', 19.99],
    ]);
  });

  it('tells a decline once and for all', async () => {
    const request = requestOf({ paymentMethod: 'declined' });
    await charge.charge(request);
    await charge.charge(request);
    await charge.charge({ ...again(request), paymentMethod: 'pm_card_visa' });
    expect(provider.captures).toBe(0);
    expect(await answers(request)).toEqual([
      ['payment.failed', 'CARD_DECLINED'],
      ['payment.failed', 'CARD_DECLINED'],
    ]);
  });

  it.each<[Partial<ChargeRequest>, string]>([
    [{ amountMinor: undefined }, 'INVALID_AMOUNT'],
    [{ amountMinor: -5 }, 'INVALID_AMOUNT'],
    [{ paymentMethod: '' }, 'PAYMENT_METHOD_MISSING'],
    [{ deadline: PASSED }, 'DEADLINE_PASSED'],
  ])('does not ask the provider for %j', async (changes, code) => {
    const request = requestOf(changes);
    await charge.charge(request);
    await charge.charge(request);
    expect(provider.calls).toEqual([]);
    expect(await answers(request)).toEqual([['payment.failed', code]]);
  });

  it('brings to its end what had begun before the deadline passed', async () => {
    const request = requestOf();
    provider.troubleAt(2, 'answer_lost');
    await expect(charge.charge(request)).rejects.toMatchObject({
      code: 'PAYMENT_OUTCOME_UNKNOWN',
      retryable: true,
    });
    await charge.charge({ ...request, deadline: PASSED });
    expect(await answers(request)).toEqual([['payment.completed', 19.99]]);
  });

  describe.each<Trouble>(['answer_lost', 'server_error'])('with trouble at any call: %s', (trouble) => {
    it.each([1, 2, 3])('captures once with trouble at call %i', async (call) => {
      const request = requestOf();
      provider.troubleAt(call, trouble);
      await untilDone(() => charge.charge(request));
      expect(provider.captures).toBe(1);
      expect(await answers(request)).toEqual([['payment.completed', 19.99]]);
    });

    it('looks before it confirms again', async () => {
      const request = requestOf();
      provider.troubleAt(2, trouble);
      await untilDone(() => charge.charge(request));
      expect(provider.calls.slice(0, 3)).toEqual(['create', 'confirm', 'retrieve']);
    });

    it.each([3, 4, 5, 6])('refunds once with trouble at call %i', async (call) => {
      const request = requestOf();
      provider.troubleAt(call, trouble);
      await untilDone(() => charge.charge(request));
      await untilDone(() => undo(request));
      expect([provider.captures, provider.refunds]).toEqual([1, 1]);
      expect(await answers(request)).toEqual([
        ['payment.completed', 19.99],
        ['payment.refunded', 19.99],
      ]);
    });

    it.each([3, 4])('cancels what was not confirmed with trouble at call %i', async (call) => {
      const request = requestOf();
      provider.troubleAt(2, 'server_error');
      await expect(charge.charge(request)).rejects.toMatchObject({ retryable: true });
      provider.troubleAt(call, trouble);
      await untilDone(() => undo(request));
      expect([provider.captures, provider.refunds]).toEqual([0, 0]);
      expect([...provider.accounts.values()].map(({ intent }) => intent.state)).toEqual(['cancelled']);
      expect(await answers(request)).toEqual([['payment.refunded', 0]]);
    });
  });

  it('refuses the request that comes after its undoing', async () => {
    const request = requestOf();
    await undo(request, 'undo-1');
    await charge.charge(request);
    await charge.charge(request);
    await undo(request, 'undo-1');
    expect(provider.calls).toEqual([]);
    expect(await answers(request)).toEqual([
      ['payment.refunded', 0],
      ['payment.failed', 'PAYMENT_CANCELLED'],
    ]);
  });

  it('answers the next request to undo with the same amount, without another refund', async () => {
    const request = requestOf();
    await charge.charge(request);
    await undo(request, 'undo-1');
    await undo(request, 'undo-1');
    await undo(request, 'undo-2');
    await undo(request, 'undo-2');
    expect(provider.refunds).toBe(1);
    expect((await answers(request)).slice(1)).toEqual([
      ['payment.refunded', 19.99],
      ['payment.refunded', 19.99],
    ]);
  });

  it('never confirms what was taken back while the intent was being made', async () => {
    const request = requestOf();
    const create = provider.createIntent.bind(provider);
    provider.createIntent = async (...args) => {
      const intent = await create(...args);
      await undo(request);
      return intent;
    };
    await charge.charge(request);
    expect(provider.captures).toBe(0);
    expect([...provider.accounts.values()].map(({ intent }) => intent.state)).toEqual(['cancelled']);
    expect(await answers(request)).toEqual([['payment.refunded', 0]]);
  });

  it('does not answer for a charge that was taken back between its capture and its end', async () => {
    const request = requestOf();
    const confirm = provider.confirmIntent.bind(provider);
    provider.confirmIntent = async (...args) => {
      const intent = await confirm(...args);
      await undo(request);
      return intent;
    };
    await charge.charge(request);
    expect([provider.captures, provider.refunds]).toEqual([1, 1]);
    expect(await answers(request)).toEqual([['payment.refunded', 19.99]]);
  });

  it('says what is at risk when a refund is refused for good, and refunds when it is asked again', async () => {
    const request = requestOf();
    await charge.charge(request);
    provider.troubleAt(5, 'refused');
    await undo(request, 'undo-1');
    const [refused] = (await state.publishedOf('payment.refund.failed')).filter(
      ({ orderId }) => orderId === request.orderId,
    );
    expect(refused).toMatchObject({ code: 'ACCOUNT_CLOSED', amountAtRisk: 19.99 });
    await undo(request, 'undo-2');
    await undo(request, 'undo-1');
    expect((await answers(request)).slice(1)).toEqual([
      ['payment.refund.failed', 'ACCOUNT_CLOSED'],
      ['payment.refunded', 19.99],
    ]);
    expect(provider.refunds).toBe(1);
  });
});
