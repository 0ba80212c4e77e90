import { z } from 'zod';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { type Environment, readEnvironment, text } from '@/infrastructure/config/env';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { serviceUrls } from '@/infrastructure/platform/service-addresses';
import { type RoutedService, routedServices } from './domain/service-routes';

export interface GatewaySettings {
  readonly writeKeys: ReadonlySet<string>;
  /** Where services of other processes are. */
  readonly addresses: ReadonlyMap<RoutedService, string>;
}

export const GATEWAY_SETTINGS = Symbol('gateway settings');

const DEVELOPMENT_KEY = 'dev-write-key';

const list = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export const gatewayVariables = z.object({
  ANALYTICS_WRITE_KEYS: text().meta({
    description: 'Keys with which browsers may send analytics, separated by commas',
    byDefault: '`dev-write-key`; in production none',
  }),
  NODE_ENV: text(),
  SERVICE_URLS: serviceUrls,
});

/** Throws `ConfigurationError`. In production there is no write key but those that are named. */
export function gatewaySettings(environment: Environment = process.env): GatewaySettings {
  const faults: Fault[] = [];
  const read = readEnvironment(gatewayVariables, environment, faults);
  if (!read) throw new ConfigurationError(faults);
  const named = list(read.ANALYTICS_WRITE_KEYS);
  const keys = named.length === 0 && read.NODE_ENV !== 'production' ? [DEVELOPMENT_KEY] : named;
  // Services without routes of their own may be named too, so that all processes can share one setting.
  const addresses = routedServices.flatMap((service) => {
    const address = read.SERVICE_URLS.get(service);
    return address === undefined ? [] : [[service, address] as const];
  });
  return { writeKeys: new Set(keys), addresses: new Map(addresses) };
}
