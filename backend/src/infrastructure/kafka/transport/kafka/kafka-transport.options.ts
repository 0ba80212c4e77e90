import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { CompressionAlgorithmValue } from '@platformatic/kafka';
import { KafkaOptionsError } from './kafka.errors';

export interface KafkaTransportOptions {
  /** `host:port` of some brokers; the rest of the cluster is found through them. */
  readonly brokers: readonly string[];
  /** Name of this application in the brokers' logs and quotas. */
  readonly clientId: string;
  readonly producer?: ProducerOptions;
  /**
   * `classic` (default): the session time-out is each member's own. `consumer` is KIP-848: the brokers assign the
   * partitions, and the session time-out is set on the group as `consumer.session.timeout.ms`.
   */
  readonly groupProtocol?: 'classic' | 'consumer';
  /** As `tls.connect` takes them; plain text when absent. */
  readonly tls?: TlsOptions;
  readonly sasl?: SaslOptions;
  readonly logger?: TransportLogger;
}

export interface ProducerOptions {
  /** The brokers drop what a lost answer made us send twice. Default true. */
  readonly idempotent?: boolean;
  /** Produce requests under way per broker. Default 1; more can reorder records, so it needs `idempotent: false`. */
  readonly maxInFlight?: number;
  /** Default gzip. */
  readonly compression?: CompressionAlgorithmValue;
  /** After this many ms without an acknowledgement an append is rejected. Default 10 000. */
  readonly deliveryTimeoutMs?: number;
}

export interface SaslOptions {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface TransportLogger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface ProducerSettings {
  readonly idempotent: boolean;
  readonly maxInFlight: number;
  readonly compression: CompressionAlgorithmValue;
  readonly deliveryTimeoutMs: number;
}

export function producerSettings(options: ProducerOptions = {}): ProducerSettings {
  const settings = {
    idempotent: options.idempotent ?? true,
    maxInFlight: options.maxInFlight ?? 1,
    compression: options.compression ?? 'gzip',
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 10_000,
  };
  const faults = [];
  if (!Number.isInteger(settings.maxInFlight) || settings.maxInFlight < 1) {
    faults.push({ path: 'producer.maxInFlight', message: 'must be a whole number from 1' });
  } else if (settings.idempotent && settings.maxInFlight !== 1) {
    faults.push({ path: 'producer.maxInFlight', message: 'must be 1 while the producer is idempotent' });
  }
  if (faults.length > 0)
    throw new KafkaOptionsError('The options of the Kafka transport are wrong.', { faults });
  return settings;
}
