import { StripeFailure } from '../errors/stripe-failure.ts';

const TEST_KEY = /^sk_test_\S+$/;

/** Any test key is taken, as bearer token or as the user of basic authentication. It is never repeated. */
export function requireTestKey(authorization: string | undefined): void {
  const key = keyOf(authorization);
  if (key === undefined) {
    throw unauthorized(
      'You did not provide an API key. Send a test key in the Authorization header, as in ' +
        "'Authorization: Bearer sk_test_...'.",
    );
  }
  if (!TEST_KEY.test(key))
    throw unauthorized('Invalid API Key provided: the simulator takes sk_test_... keys.');
}

function keyOf(authorization: string | undefined): string | undefined {
  const [scheme, credentials] = authorization?.split(' ', 2) ?? [];
  if (scheme === undefined || !credentials) return undefined;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0];
}

function unauthorized(message: string): StripeFailure {
  return new StripeFailure(401, 'invalid_request_error', message);
}
