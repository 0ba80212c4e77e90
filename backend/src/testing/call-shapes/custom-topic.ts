import type { TopicConfig } from '@/infrastructure/kafka';

export const customTopic: TopicConfig = {
  topic: 'custom-events',
  numPartitions: 6,
  replicationFactor: 3,
  configEntries: [
    { name: 'retention.ms', value: '2592000000' },
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'compression.type', value: 'gzip' },
    { name: 'max.message.bytes', value: '2000000' },
  ],
};
