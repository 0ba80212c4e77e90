import { describe, expect, it } from 'vitest';
import { KafkaTransport } from './kafka-transport';
import { producerSettings } from './kafka-transport.options';

describe('the options of the Kafka transport', () => {
  it('are idempotent, one request at a time and gzip where nothing is said', () => {
    expect(producerSettings()).toEqual({
      idempotent: true,
      maxInFlight: 1,
      compression: 'gzip',
      deliveryTimeoutMs: 10_000,
    });
  });

  it('refuse several requests at a time for an idempotent producer', () => {
    const create = () =>
      new KafkaTransport({ brokers: ['localhost:1'], clientId: 'x', producer: { maxInFlight: 5 } });

    expect(create).toThrow(
      expect.objectContaining({
        code: 'KAFKA_OPTIONS',
        faults: [{ path: 'producer.maxInFlight', message: 'must be 1 while the producer is idempotent' }],
      }),
    );
  });

  it('allow them without', () => {
    expect(producerSettings({ idempotent: false, maxInFlight: 5 })).toMatchObject({ maxInFlight: 5 });
  });
});
