import Stripe from 'stripe';
import { z } from 'zod';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { type Environment, port, readEnvironment, text } from '@/infrastructure/config/env';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { oneTryHttpClient } from './provider/one-try-http-client';

export interface PaymentSettings {
  readonly apiKey: string;
  /** Undefined: Stripe itself. */
  readonly simulator: URL | undefined;
  readonly currency: ShopCurrency;
}

/** What an order is paid in that does not say it; ISO 4217. */
export class ShopCurrency {
  constructor(readonly code: string) {}
}

/** Well below the saga's deadline for a payment, so that a lost answer is looked up in time. */
const CALL_TIMEOUT_MS = 8_000;
const SIMULATOR_KEY = 'sk_test_simulator';

export const paymentVariables = z.object({
  STRIPE_API_KEY: text().meta({
    description: 'With a key, payments go to Stripe, and no simulator is started',
    byDefault: 'none: the simulator',
  }),
  PAYMENT_SIMULATOR_URL: text()
    .refine(
      (url) => url === undefined || (URL.canParse(url) && /^https?:/.test(url)),
      'must be an http or https address',
    )
    .meta({
      description: 'A simulator on another machine',
      byDefault: '127.0.0.1 and `PAYMENT_SIMULATOR_PORT`',
    }),
  PAYMENT_SIMULATOR_PORT: port(3010).describe('HTTP of the payment simulator'),
  SHOP_CURRENCY: text().refine(
    (currency) => currency === undefined || /^[A-Z]{3}$/.test(currency),
    'must be an ISO 4217 code such as EUR',
  ),
});

/** Throws `ConfigurationError` with every fault. */
export function readPaymentEnvironment(environment: Environment): PaymentSettings {
  const faults: Fault[] = [];
  const read = readEnvironment(paymentVariables, environment, faults);
  if (!read) throw new ConfigurationError(faults);
  const currency = new ShopCurrency(read.SHOP_CURRENCY ?? 'EUR');
  if (read.STRIPE_API_KEY) return { apiKey: read.STRIPE_API_KEY, simulator: undefined, currency };
  const simulator = new URL(read.PAYMENT_SIMULATOR_URL ?? `http://127.0.0.1:${read.PAYMENT_SIMULATOR_PORT}`);
  return { apiKey: SIMULATOR_KEY, simulator, currency };
}

export function stripeOf({ apiKey, simulator }: Pick<PaymentSettings, 'apiKey' | 'simulator'>): Stripe {
  const httpClient = oneTryHttpClient();
  const common = { maxNetworkRetries: 0, timeout: CALL_TIMEOUT_MS, telemetry: false, httpClient };
  if (!simulator) return new Stripe(apiKey, common);
  const protocol = simulator.protocol === 'https:' ? 'https' : 'http';
  const port = simulator.port || (protocol === 'https' ? '443' : '80');
  return new Stripe(apiKey, { ...common, host: simulator.hostname, port, protocol });
}
