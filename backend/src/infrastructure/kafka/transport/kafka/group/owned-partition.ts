import type { TopicPartition } from '../../transport.port';
import type { PartitionReader } from '../fetch/partition-reader';

/** A partition from the assignment to its loss. Owned again later, it is another object. */
export class OwnedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** The owner has been told, so it has to be told of the loss, too. */
  announced = false;
  paused = false;
  /** Sought before the answer to the announcement was there. */
  soughtTo: bigint | undefined;
  reader: PartitionReader | undefined;

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic;
    this.partition = partition;
  }
}
