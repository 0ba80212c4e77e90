import type { TopicName } from './event-types.ts';
import { topics } from './topology.ts';
import type { TopicSetting } from './topology.types.ts';

const RETENTION_MS = 30 * 86_400_000;
// A record of the largest size still fits together with the headers that say why it is dead.
const HEADROOM_BYTES = 65_536;

/** The topic that gets copies of another topic's dead letters. */
export function dlqOf<Topic extends string>(topic: Topic): `${Topic}.dlq` {
  return `${topic}.dlq`;
}

/** As many partitions as the topic has, thirty days. */
export function dlqSettings(topic: TopicName): TopicSetting {
  const { partitions, replicationFactor, config } = topics[topic];
  return {
    topic: dlqOf(topic),
    partitions,
    replicationFactor,
    config: {
      ...config,
      'retention.ms': String(RETENTION_MS),
      'max.message.bytes': String(Number(config['max.message.bytes']) + HEADROOM_BYTES),
    },
  };
}
