import { z } from 'zod';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { type Environment, port, readEnvironment, text } from '@/infrastructure/config/env';
import { shopCurrency } from '@/infrastructure/config/shop-currency';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { resolveKafkaSettings } from '@/infrastructure/kafka/kafka.settings';
import { openTransport } from '@/infrastructure/kafka/open-transport';
import { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import { openSchemaSource } from '@/infrastructure/kafka/schema/open-schema-source';
import { loggerOf } from '@/infrastructure/observability/logger';
import type { SqlSession } from '@/infrastructure/postgres/sql';
import type { Engine } from '@/infrastructure/kafka/transport/transport.port';
import { type CheckedParts, checkInvariants, type CheckOptions } from './check-invariants';
import { closeCheckSession, openCheckSession } from './check-session';
import type { InvariantReport } from './report';

const ledgerVariables = z.object({
  STRIPE_API_KEY: text(),
  PAYMENT_SIMULATOR_URL: text(),
  PAYMENT_SIMULATOR_PORT: port(3010),
});

export interface CheckedPlatform {
  readonly settings: { readonly engine: Engine };
  readonly databaseUrl: string;
}

/** A check that has the right to run. One of the two is called, once. */
export interface BegunCheck {
  run(): Promise<InvariantReport>;
  giveUp(): Promise<void>;
}

type PlatformCheckOptions = CheckOptions & { readonly ledger?: URL | undefined };

/**
 * The check of the shop that the environment names, by connections of its own. `ledger`: another witness for money than
 * the payment simulator of the environment. Throws `ConfigurationError` with every fault, and `INVARIANT_CHECK_RUNNING`
 * while one of the same database runs.
 */
export async function checkPlatform(
  platform: CheckedPlatform,
  environment: Environment,
  options: PlatformCheckOptions = {},
): Promise<InvariantReport> {
  const begun = await beginCheck(platform, environment, options);
  return begun.run();
}

/** As `checkPlatform`, up to where nobody else can check. */
export async function beginCheck(
  platform: CheckedPlatform,
  environment: Environment,
  options: PlatformCheckOptions = {},
): Promise<BegunCheck> {
  const session = await openCheckSession(platform.databaseUrl);
  return {
    run: () => checkOn(session, platform, environment, options).finally(() => closeCheckSession(session)),
    giveUp: () => closeCheckSession(session),
  };
}

async function checkOn(
  session: SqlSession,
  { settings: { engine }, databaseUrl }: CheckedPlatform,
  environment: Environment,
  { ledger, ...options }: PlatformCheckOptions,
): Promise<InvariantReport> {
  const settings = resolveKafkaSettings({
    service: 'invariants',
    engine,
    environment,
    ...(engine === 'embedded' ? { logUrl: databaseUrl } : {}),
  });
  const witness = ledger ?? ledgerOf(environment);
  const registry = new EventRegistry();
  const schemas = await openSchemaSource(settings, registry);
  const log = await openTransport(settings, loggerOf('invariants'));
  try {
    const codec = new EventCodec({ registry, schemas });
    const parts: CheckedParts = { session, log, codec, ledger: witness, currency: shopCurrency(environment) };
    return await checkInvariants(parts, options);
  } finally {
    await log.close();
  }
}

function ledgerOf(environment: Environment): URL | undefined {
  const faults: Fault[] = [];
  const read = readEnvironment(ledgerVariables, environment, faults);
  if (!read) throw new ConfigurationError(faults);
  if (read.STRIPE_API_KEY) return undefined;
  return new URL(read.PAYMENT_SIMULATOR_URL ?? `http://127.0.0.1:${read.PAYMENT_SIMULATOR_PORT}`);
}
