import type { FetchedBatch, GroupListener, GroupMember, Position } from '../../transport.port';
import { type Assigned, MemberRecord } from './member-record';

export interface TestMemberOptions {
  /** Where to begin; by default the committed position, else the first offset. */
  readonly startAt?: (partition: Assigned) => bigint | Promise<bigint>;
  /** Called with each batch after it was recorded; may throw. */
  readonly onRecords?: (batch: FetchedBatch) => void;
  readonly onOutOfRange?: (at: Position & { readonly logStart: bigint; readonly logEnd: bigint }) => bigint;
}

/** A group member in this process that remembers all it is told. */
export class TestMember extends MemberRecord {
  member!: GroupMember;
  readonly batches: FetchedBatch[] = [];

  constructor(private readonly options: TestMemberOptions = {}) {
    super();
  }

  readonly listener: GroupListener = {
    assigned: async (partitions) => {
      this.noteAssigned(partitions);
      const startAt = this.options.startAt ?? (({ committed }: Assigned) => committed ?? 0n);
      return Promise.all(
        partitions.map(async (each) => ({
          topic: each.topic,
          partition: each.partition,
          offset: await startAt(each),
        })),
      );
    },
    lost: (partitions) => this.noteLost(partitions),
    records: (batch) => {
      this.batches.push(batch);
      this.records.push(...batch.records);
      this.options.onRecords?.(batch);
    },
    outOfRange: async (at) => {
      this.outOfRange.push(at);
      return this.options.onOutOfRange?.(at) ?? at.logStart;
    },
    failed: (error, fatal) => void this.failures.push({ message: error.message, fatal }),
  };
}
