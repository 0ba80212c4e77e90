import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import { Metrics } from '@/infrastructure/observability/metrics';
import { StripeProvider } from './stripe.provider';

const json = (status: number, body: unknown) =>
  Response.json(body as object, { status, headers: { 'request-id': 'req_1' } });
const fault = (status: number, error: Record<string, unknown>) => async () => json(status, { error });
const down = async () => {
  throw new TypeError('fetch failed', {
    cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
  });
};
const late = async () => {
  throw Object.assign(new Error('aborted'), { name: 'AbortError' });
};

function providerOn(network: () => Promise<Response>) {
  const breakers = new Breakers(new Metrics());
  let calls = 0;
  const httpClient = Stripe.createFetchHttpClient(async () => {
    calls += 1;
    return network();
  });
  const stripe = new Stripe('sk_test_1', { httpClient, maxNetworkRetries: 0, telemetry: false });
  const provider = new StripeProvider(stripe, breakers);
  return {
    retrieve: () =>
      provider.retrieveIntent('pi_1').then(
        () => 'answered',
        (error: { code: string }) => error.code,
      ),
    calls: () => calls,
    state: () => breakers.reports()[0]?.state,
  };
}

describe('the breaker of the payment provider', () => {
  it.each([
    ['a server error', fault(500, { type: 'api_error', message: 'sorry' })],
    [
      'too many requests',
      fault(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'slower' }),
    ],
    ['a refused connection', down],
    ['a time-out', late],
  ])('is opened by %s', async (_, network) => {
    const { retrieve, calls, state } = providerOn(network);
    for (let call = 0; call < 5; call++) expect(await retrieve()).toBe('PAYMENT_OUTCOME_UNKNOWN');
    expect(state()).toBe('open');
    expect(await retrieve()).toBe('CIRCUIT_OPEN');
    expect(calls()).toBe(5);
  });

  it.each([
    [
      'a decline',
      fault(402, { type: 'card_error', code: 'card_declined', message: 'no' }),
      'PAYMENT_REFUSED',
    ],
    ['a bad request', fault(400, { type: 'invalid_request_error', message: 'what?' }), 'PAYMENT_REFUSED'],
    [
      'a wrong key',
      fault(401, { type: 'invalid_request_error', message: 'who?' }),
      'PAYMENT_OUTCOME_UNKNOWN',
    ],
  ])('is not opened by %s', async (_, network, code) => {
    const { retrieve, calls, state } = providerOn(network);
    for (let call = 0; call < 8; call++) expect(await retrieve()).toBe(code);
    expect(state()).toBe('closed');
    expect(calls()).toBe(8);
  });
});
