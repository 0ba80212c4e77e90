import type { TopicPartition } from '../transport.port';

/** A partition as the key of a map. A topic's name holds no slash, in Kafka as here. */
export const laneKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
