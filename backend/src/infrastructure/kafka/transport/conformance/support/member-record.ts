import type { LogRecord, Position, TopicPartition } from '../../transport.port';
import { samePartition } from './records';

export type Assigned = TopicPartition & { readonly committed: bigint | null };

/** What a member was told, in the order it was told, wherever the member runs. */
export class MemberRecord {
  readonly assigned: Assigned[][] = [];
  readonly lost: TopicPartition[][] = [];
  readonly records: LogRecord[] = [];
  readonly outOfRange: (Position & { readonly logStart: bigint; readonly logEnd: bigint })[] = [];
  readonly failures: { readonly message: string; readonly fatal: boolean }[] = [];

  /** Records of one partition, in the order of delivery. */
  of(partition: TopicPartition): LogRecord[] {
    return this.records.filter((record) => samePartition(record, partition));
  }

  /** Partitions that are ours by what was assigned and lost so far. */
  owned(): TopicPartition[] {
    return this.owns;
  }

  noteAssigned(partitions: readonly Assigned[]): void {
    this.assigned.push([...partitions]);
    this.owns = [
      ...this.owns.filter((own) => !partitions.some((each) => samePartition(each, own))),
      ...partitions,
    ];
  }

  noteLost(partitions: readonly TopicPartition[]): void {
    this.lost.push([...partitions]);
    this.owns = this.owns.filter((own) => !partitions.some((each) => samePartition(each, own)));
  }

  private owns: TopicPartition[] = [];
}
