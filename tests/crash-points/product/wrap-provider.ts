import Stripe from 'stripe';
import type { Crossings } from './crossings.ts';

type MakeRequest = (
  host: string,
  port: string | number,
  path: string,
  method: string,
  ...rest: unknown[]
) => Promise<unknown>;

/** Every call that the provider's own library sends; after it the answer is there and nobody has read it. */
export function wrapProvider(crossings: Crossings): void {
  const client = Object.getPrototypeOf(Stripe.createNodeHttpClient()) as { makeRequest: MakeRequest };
  const { makeRequest } = client;
  client.makeRequest = function (host, port, path, method, ...rest) {
    return crossings.cross([`call provider: ${method} ${shapeOf(path)}`], () =>
      makeRequest.call(this, host, port, path, method, ...rest),
    );
  };
}

/** `/v1/payment_intents/pi_1a2/confirm?x=y` is `/v1/payment_intents/:id/confirm`. */
function shapeOf(path: string): string {
  const [plain = ''] = path.split('?');
  return plain.replace(/\/(pi|re)_[^/]+/g, '/:id');
}
