import { resolve } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { type Environment, oneOf, port, readEnvironment, text } from '@/infrastructure/config/env';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { kafkaVariables, namesBrokers, readKafkaEnvironment } from '@/infrastructure/kafka/kafka.environment';
import type { Engine } from '@/infrastructure/kafka/transport/transport.port';
import { DEFAULT_LOG_LEVEL, LOG_LEVELS, loggerOf } from '@/infrastructure/observability/logger';
import { startOrAdopt } from '@/infrastructure/postgres/embedded-server';
import { serviceUrls } from './service-addresses';

/** Shared by all services of a process. */
export const platformVariables = z.object({
  PORT: port(3000).describe('HTTP: pages, API and health'),
  HOST: text().meta({
    description: 'Address that HTTP is bound to',
    byDefault: '127.0.0.1; in production 0.0.0.0',
  }),
  INSTANCE_ID: text().describe(
    'A lasting name of this process: started again, it gets its partitions back at once',
  ),
  METRICS_PORT: port(9308).describe('`/metrics` for Prometheus'),
  DATA_DIR: text()
    .transform((value) => resolve(value ?? '.data'))
    .meta({ description: 'Where everything on disk is kept', byDefault: '.data' }),
  DATABASE_URL: text().meta({
    description: 'A PostgreSQL server of your own, as `postgres://…`',
    byDefault: 'a server that is started in `DATA_DIR`',
  }),
  SERVICES: text()
    .transform((value) => value ?? 'all')
    .describe('The services of this process, such as `order,payment`'),
  SERVICE_URLS: serviceUrls,
  NODE_ENV: text().describe('`production` takes no development defaults for secrets, keys and addresses'),
  LOG_LEVEL: oneOf(LOG_LEVELS).meta({
    description: 'One JSON line per entry on standard output',
    byDefault: DEFAULT_LOG_LEVEL,
  }),
  EVENT_TRANSPORT: kafkaVariables.shape.EVENT_TRANSPORT,
});

export type PlatformSettings = Omit<z.output<typeof platformVariables>, 'HOST'> & {
  readonly engine: Engine;
  /** Loopback in development, so that nobody else reaches the operator's routes; all addresses in production. */
  readonly host: string;
};

/** What a process of the platform is told by its environment. Throws `ConfigurationError` with every fault. */
function readPlatformSettings(environment: Environment): PlatformSettings {
  const faults: Fault[] = [];
  const read = readEnvironment(platformVariables, environment, faults);
  try {
    readKafkaEnvironment(environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    faults.push(...error.faults.filter(({ path }) => !faults.some((fault) => fault.path === path)));
  }
  if (!read || faults.length > 0) throw new ConfigurationError(faults);
  const engine = read.EVENT_TRANSPORT ?? (namesBrokers(environment) ? 'kafka' : 'embedded');
  if (read.NODE_ENV === 'production' && engine === 'embedded' && read.EVENT_TRANSPORT !== 'embedded') {
    throw new ConfigurationError([
      {
        path: 'EVENT_TRANSPORT',
        message: 'production needs KAFKA_BROKERS, or EVENT_TRANSPORT=embedded by name',
      },
    ]);
  }
  const host = read.HOST ?? (read.NODE_ENV === 'production' ? '0.0.0.0' : '127.0.0.1');
  return { ...read, engine, host };
}

/** One per process: the settings, and the PostgreSQL server that was given or is started here. */
export class Platform {
  private constructor(
    readonly settings: PlatformSettings,
    readonly databaseUrl: string,
    private readonly release: () => Promise<void>,
  ) {}

  static async start(environment: Environment): Promise<Platform> {
    const settings = readPlatformSettings(environment);
    if (settings.DATABASE_URL) return new Platform(settings, settings.DATABASE_URL, async () => undefined);
    const logger = loggerOf('postgres');
    const server = await startOrAdopt({ dataDir: settings.DATA_DIR, log: (line) => logger.info(line) });
    return new Platform(settings, server.url, () => server.release());
  }

  async stop(): Promise<void> {
    await this.release();
  }
}
