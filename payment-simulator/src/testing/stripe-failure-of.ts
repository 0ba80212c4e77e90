import Stripe from 'stripe';

/** The error of Stripe's that the promise ends with; anything else fails the spec. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw new Error(`expected one of Stripe's errors, not ${String(error)}`);
}
