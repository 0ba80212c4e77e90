import { z } from 'zod';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { ConfigurationError } from './configuration.error';
import { type Environment, readEnvironment, text } from './env';

export const SHOP_CURRENCY = Symbol('shop currency');

const schema = z.object({
  SHOP_CURRENCY: text().refine(
    (currency) => currency === undefined || /^[A-Z]{3}$/.test(currency),
    'must be a currency of ISO 4217 in three capital letters',
  ),
});

/** The one currency of the shop. Throws `ConfigurationError`. */
export function shopCurrency(environment: Environment = process.env): string {
  const faults: Fault[] = [];
  const read = readEnvironment(schema, environment, faults);
  if (!read) throw new ConfigurationError(faults);
  return read.SHOP_CURRENCY ?? 'EUR';
}
