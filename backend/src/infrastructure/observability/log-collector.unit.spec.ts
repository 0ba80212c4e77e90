import { describe, expect, it } from 'vitest';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { LogCollector } from './log-collector';
import { Metrics } from './metrics';

const ORDERS = { topic: 'orders', partition: 0 };

function collectorOf(log: { away: boolean }) {
  const answer = async <T>(value: T): Promise<T> => {
    if (log.away) throw new Error('the log is away');
    return value;
  };
  const admin = {
    brokers: () => answer([{ id: 1, address: 'here:9092' }]),
    topicNames: () => answer(['orders']),
    groupNames: () => answer(['g']),
    describeTopics: () => answer([]),
    offsets: () => answer([{ ...ORDERS, start: 0n, end: 9n }]),
    describeGroup: () => answer({ members: [{}] }),
    committed: () => answer([{ ...ORDERS, offset: 4n }]),
  };
  const database = {
    schema: 'order',
    row: async () => ({ count: '3' }),
  };
  const runtimes = new KafkaRuntimes();
  runtimes.add({ transport: { admin }, stateful: { database } } as unknown as KafkaRuntime);
  const metrics = new Metrics();
  return { collector: new LogCollector(metrics, runtimes), text: () => metrics.registry.metrics() };
}

const LAG = 'kafka_consumergroup_lag_sum{consumergroup="g",topic="orders"} 5';

describe('what the log tells at a scrape', () => {
  it('is the same for two scrapes at once', async () => {
    const { collector, text } = collectorOf({ away: false });
    await Promise.all([collector.refresh(), collector.refresh()]);
    expect(await text()).toContain(LAG);
  });

  it('is left out while the log is away, and the rest is told', async () => {
    const log = { away: false };
    const { collector, text } = collectorOf(log);
    await collector.refresh();
    log.away = true;
    await collector.refresh();
    expect(await text()).not.toContain('kafka_consumergroup_lag_sum{');
    expect(await text()).toContain('shop_outbox_pending{service="order"} 3');
    log.away = false;
    await collector.refresh();
    expect(await text()).toContain(LAG);
  });
});
