import { text } from '@/infrastructure/config/env';

/** Where services of other processes are; by whatever name the setting gives them. */
export type ServiceAddresses = ReadonlyMap<string, string>;

/** `SERVICE_URLS`: one setting that all processes may share. */
export const serviceUrls = text()
  .transform((value, context): ServiceAddresses => {
    const addresses = new Map<string, string>();
    for (const entry of partsOf(value)) {
      const [service = '', address = ''] = entry.split(/=(.*)/s);
      if (/^https?:\/\/[^/]+\/?$/.test(address)) addresses.set(service, address.replace(/\/$/, ''));
      else context.addIssue(`'${entry}' must look like order=http://127.0.0.1:3101`);
    }
    return addresses;
  })
  .meta({
    description: 'Where services of other processes are: `order=http://host:port,cart=…`',
    byDefault: 'none',
  });

const partsOf = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
