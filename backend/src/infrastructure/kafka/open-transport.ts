import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import type { Logger } from '@/infrastructure/observability/logger';
import type { KafkaSettings } from './kafka.options';
import type { EventTransport } from './transport/transport.port';

/** The adapter is loaded only where it is used: an application without a database needs no PostgreSQL client. */
export async function openTransport(settings: KafkaSettings, logger: Logger): Promise<EventTransport> {
  const transport =
    settings.engine === 'embedded' ? await embedded(settings, logger) : await kafka(settings, logger);
  await transport.open();
  return transport;
}

async function embedded(settings: KafkaSettings, logger: Logger): Promise<EventTransport> {
  const { EmbeddedTransport } = await import('./transport/embedded/embedded-transport');
  return new EmbeddedTransport({ url: settings.logUrl ?? '', logger });
}

async function kafka(settings: KafkaSettings, logger: Logger): Promise<EventTransport> {
  const { KafkaTransport } = await import('./transport/kafka/kafka-transport');
  const { brokers, clientId, producer, groupProtocol, sasl } = settings;
  const tls = settings.tls ? await certificates(settings.tls) : undefined;
  return new KafkaTransport({
    brokers,
    clientId,
    producer,
    groupProtocol,
    logger,
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
  });
}

async function certificates(files: NonNullable<KafkaSettings['tls']>) {
  const variables = {
    ca: 'KAFKA_SSL_CA_FILE',
    cert: 'KAFKA_SSL_CERT_FILE',
    key: 'KAFKA_SSL_KEY_FILE',
  } as const;
  const read = async (name: keyof typeof variables) => {
    const file = files[name];
    if (file === undefined) return [];
    try {
      return [[name, await readFile(file)] as const];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigurationError([{ path: variables[name], message: `cannot be read: ${reason}` }]);
    }
  };
  return Object.fromEntries((await Promise.all([read('ca'), read('cert'), read('key')])).flat());
}
