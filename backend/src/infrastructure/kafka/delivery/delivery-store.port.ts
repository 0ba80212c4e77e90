import type { DeadLetter } from '@/infrastructure/kafka/dead-letters/dead-letter';
import type { LogRecord, Position, TopicPartition } from '@/infrastructure/kafka/transport/transport.port';

/** A partition as one owner holds it. A later owner's epoch is higher, and writes of the earlier one are refused. */
export interface Tenure extends TopicPartition {
  readonly group: string;
  readonly epoch: bigint;
}

export interface HandlerRun {
  readonly tenure: Tenure;
  readonly record: LogRecord;
  readonly handler: string;
  readonly eventIdentity: string;
  readonly effects: 'transaction' | 'external';
  readonly work: () => Promise<unknown>;
}

/**
 * Where progress and effects are recorded. With PostgreSQL: own progress, an inbox, the handler's effect and its
 * inbox row in one transaction. Without: the log's committed positions, effects at least once.
 */
export interface DeliveryStore {
  /** Takes the partitions over; resolves when no earlier owner can write any more. */
  acquire(
    group: string,
    partitions: readonly (TopicPartition & { readonly committed: bigint | null })[],
  ): Promise<readonly { readonly tenure: Tenure; readonly watermark: bigint | null }[]>;
  /**
   * Runs the work unless the event has had its effect. Rejects with what the work threw (then it had none), or with
   * `FencedError` when the partition has a new owner.
   */
  runOnce(run: HandlerRun): Promise<'handled' | 'duplicate'>;
  /** Keeps the record for a person; its copy reaches the dead-letter topic. Resolves when neither can be lost. */
  bury(tenure: Tenure, letter: DeadLetter): Promise<void>;
  /** Everything below the positions has an outcome. Positions of lost partitions are left out, silently. */
  save(
    positions: readonly { readonly tenure: Tenure; readonly watermark: bigint }[],
  ): Promise<readonly Position[]>;
}
