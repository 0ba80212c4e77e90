import Stripe from 'stripe';

const CLOSED: readonly unknown[] = Stripe.HttpClient.CONNECTION_CLOSED_ERROR_CODES;

/**
 * `stripe` sends a request again when its connection was closed, once, even with `maxNetworkRetries: 0`
 * (`RequestSender._shouldRetry`). A reply that was lost is to be looked up instead, so the reason is kept from it, as a
 * cause.
 */
export function oneTryHttpClient(
  client: Stripe.HttpClient = Stripe.createNodeHttpClient(),
): Stripe.HttpClient {
  return {
    getClientName: () => client.getClientName(),
    makeRequest: async (...request) => {
      try {
        return await client.makeRequest(...request);
      } catch (error) {
        if (!CLOSED.includes((error as NodeJS.ErrnoException).code)) throw error;
        throw new Error('The connection was closed before an answer came.', { cause: error });
      }
    },
  };
}
