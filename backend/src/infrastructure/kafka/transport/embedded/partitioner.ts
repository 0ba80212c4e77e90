import { partitionOfKey } from '../murmur2';
import type { OutgoingRecord } from '../transport.port';

/** A given partition is kept, a key goes where Kafka's Java client puts it, the rest goes round. */
export class Partitioner {
  private readonly turns = new Map<string, number>();

  partitionOf({ topic, key, partition }: OutgoingRecord, partitions: number): number {
    if (partition !== undefined) return partition;
    if (key !== null) return partitionOfKey(key, partitions);
    const turn = this.turns.get(topic) ?? 0;
    this.turns.set(topic, (turn + 1) % partitions);
    return turn % partitions;
  }
}
