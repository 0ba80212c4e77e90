import { loggerOf } from '@/infrastructure/observability/logger';
import { Metrics } from '@/infrastructure/observability/metrics';
import { Breakers } from './breaker/breakers';
import type { EventTransport } from './transport/transport.port';
import type { KafkaSettings } from './kafka.options';
import { openTransport } from './open-transport';

interface Shared {
  readonly transport: Promise<EventTransport>;
}

/** What all `KafkaModule`s of a process share: one connection to each log, one set of metrics and of breakers. */
export class KafkaConnections {
  readonly metrics = new Metrics();
  readonly breakers = new Breakers(this.metrics);
  private readonly shared = new Map<string, Shared>();

  /** Opened on the first call for these connection settings. Rejects with `LogUnavailableError`. */
  transport(settings: KafkaSettings): Promise<EventTransport> {
    const { engine, brokers, logUrl, producer, groupProtocol, tls, sasl } = settings;
    const key = JSON.stringify(
      engine === 'kafka' ? { engine, brokers, producer, groupProtocol, tls, sasl } : { engine, logUrl },
    );
    const known = this.shared.get(key);
    if (known) return known.transport;
    const transport = openTransport(settings, loggerOf(`transport.${engine}`));
    this.shared.set(key, { transport });
    transport.catch(() => this.shared.delete(key));
    return transport;
  }

  /** After the consumers and relays have ended. */
  async onApplicationShutdown(): Promise<void> {
    const open = [...this.shared.values()];
    this.shared.clear();
    await Promise.all(open.map(async ({ transport }) => (await transport).close()));
  }
}
