import { describe, expect, it } from 'vitest';
import type { TopicDescription, TopicSettings } from '@/infrastructure/kafka/transport/transport.port';
import { driftOf } from './drift';

const wanted: TopicSettings = {
  topic: 'orders',
  partitions: 6,
  replicationFactor: 3,
  config: { 'retention.ms': '1000', 'cleanup.policy': 'delete' },
};
const asWanted: TopicDescription = { ...wanted, partitionDetails: [] };

describe('the drift of a topic', () => {
  it('is nothing where all is as defined, whatever else is configured', () => {
    expect(driftOf(wanted, { ...asWanted, config: { ...wanted.config, 'segment.bytes': '1' } })).toEqual([]);
  });

  it('names each difference with both values', () => {
    const found = { ...asWanted, partitions: 3, replicationFactor: 1, config: { 'retention.ms': '5' } };

    expect(driftOf(wanted, found)).toEqual([
      'partitions is 3, should be 6',
      'replication factor is 1, should be 3',
      'retention.ms is 5, should be 1000',
      'cleanup.policy is not set, should be delete',
    ]);
  });
});
