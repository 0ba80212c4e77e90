import { z } from 'zod';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { type Environment, oneOf, readEnvironment, text } from '@/infrastructure/config/env';
import type { Fault } from '@/infrastructure/errors/coded-error';
import type { OrderFlow } from './domain/order';

export class OrderSettings {
  constructor(
    /** Stamped on every order that is created here. */
    readonly flow: OrderFlow,
    /** ISO 4217. */
    readonly currency: string,
  ) {}
}

export const orderVariables = z.object({
  ORDER_FLOW: oneOf(['saga', 'choreography']).meta({
    description: 'Stamped on new orders: led by the saga, or each service follows the one before it',
    byDefault: 'saga',
  }),
  SHOP_CURRENCY: text()
    .refine(
      (currency) => currency === undefined || /^[A-Z]{3}$/.test(currency),
      'must be an ISO 4217 code such as EUR',
    )
    .meta({ description: 'The one currency of the shop', allowed: 'an ISO 4217 code', byDefault: 'EUR' }),
});

/** Throws `ConfigurationError` with every fault. */
export function readOrderEnvironment(environment: Environment): OrderSettings {
  const faults: Fault[] = [];
  const read = readEnvironment(orderVariables, environment, faults);
  if (!read) throw new ConfigurationError(faults);
  return new OrderSettings(read.ORDER_FLOW ?? 'saga', read.SHOP_CURRENCY ?? 'EUR');
}
