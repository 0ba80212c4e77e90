import { describe, expect, it } from 'vitest';
import { breakerOptions, handlerDeliveryOptions, retryOptions } from './delivery.options';

const faultsOf = (result: ReturnType<typeof handlerDeliveryOptions.safeParse>) =>
  result.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

describe('the options of a delivery', () => {
  it('may be left out', () => {
    expect(handlerDeliveryOptions.parse({})).toMatchObject({
      retry: retryOptions.parse({}),
      breaker: breakerOptions.parse({}),
    });
  });

  it('refuse a first wait that is longer than the longest', () => {
    const wrong = { retry: { firstDelayMs: 11, longestDelayMs: 10 }, breaker: { openMs: 60_000 } };
    expect(faultsOf(handlerDeliveryOptions.safeParse(wrong))).toEqual([
      'retry.longestDelayMs must not be less than firstDelayMs',
      'breaker.longestOpenMs must not be less than openMs',
    ]);
  });

  it('take a first wait that is the longest', () => {
    const steady = { retry: { firstDelayMs: 10, longestDelayMs: 10 }, breaker: { openMs: 30_000 } };
    expect(faultsOf(handlerDeliveryOptions.safeParse(steady))).toBeUndefined();
  });
});
