import { partitionOfKey } from '../../murmur2';
import { UnknownTopicError } from '../../transport.errors';
import type { OutgoingRecord } from '../../transport.port';

/** As Kafka's Java client for records with a key; those without one take turns. */
export class Partitioner {
  readonly #turns = new Map<string, number>();

  partitionOf(record: OutgoingRecord, partitions: number): number {
    const { topic } = record;
    const partition = record.partition ?? this.#chosen(record, partitions);
    if (partition >= 0 && partition < partitions) return partition;
    throw new UnknownTopicError(
      `Topic '${topic}' has ${partitions} partitions, none of number ${partition}.`,
    );
  }

  #chosen({ topic, key }: OutgoingRecord, partitions: number): number {
    if (key !== null) return partitionOfKey(key, partitions);
    const turn = this.#turns.get(topic) ?? 0;
    this.#turns.set(topic, turn + 1);
    return turn % partitions;
  }
}
