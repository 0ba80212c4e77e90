import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { oneTryHttpClient } from './one-try-http-client';

const closed = (code: string): Stripe.HttpClient => ({
  getClientName: () => 'spec',
  makeRequest: () => Promise.reject(Object.assign(new Error(code), { code })),
});

async function callsBy(httpClient: Stripe.HttpClient, count: () => void): Promise<unknown> {
  const counting: Stripe.HttpClient = {
    getClientName: () => httpClient.getClientName(),
    makeRequest: (...request) => {
      count();
      return httpClient.makeRequest(...request);
    },
  };
  const stripe = new Stripe('sk_test_1', { httpClient: counting, maxNetworkRetries: 0, telemetry: false });
  return stripe.paymentIntents.retrieve('pi_1').catch((error: unknown) => error);
}

describe('a request whose connection was closed', () => {
  it.each(['ECONNRESET', 'EPIPE'])(
    'by %s is sent again by the library, and is not through us',
    async (code) => {
      let calls = 0;
      await callsBy(closed(code), () => (calls += 1));
      expect(calls).toBe(2);
      calls = 0;
      const error = await callsBy(oneTryHttpClient(closed(code)), () => (calls += 1));
      expect(calls).toBe(1);
      expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError);
      expect((error as Error & { detail: Error }).detail.cause).toMatchObject({ code });
    },
  );

  it('stays known as one that took too long', async () => {
    const error = await callsBy(oneTryHttpClient(closed('ETIMEDOUT')), () => undefined);
    expect((error as Error).message).toContain('timeout');
  });
});
