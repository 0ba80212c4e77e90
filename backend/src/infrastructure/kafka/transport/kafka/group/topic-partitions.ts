import type { TopicPartition } from '../../transport.port';

export interface PartitionsOfTopic {
  readonly topic: string;
  readonly partitions: number[];
}

export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

export function byTopic(list: readonly TopicPartition[]): PartitionsOfTopic[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of list) {
    const partitions = topics.get(topic);
    if (partitions) partitions.push(partition);
    else topics.set(topic, [partition]);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

export const flat = (topics: readonly PartitionsOfTopic[]): TopicPartition[] =>
  topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
