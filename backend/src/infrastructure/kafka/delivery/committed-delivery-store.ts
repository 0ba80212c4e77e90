import { toDeadLetterRecord } from '@/infrastructure/kafka/dead-letters/dead-letter';
import type {
  EventTransport,
  Position,
  TopicPartition,
} from '@/infrastructure/kafka/transport/transport.port';
import { FencedError } from './delivery.errors';
import type {
  BurialOutcome,
  BurialRequest,
  DeliveryStore,
  EffectOutcomes,
  EffectParts,
  EffectRun,
  ProgressUpdate,
  Takeover,
  Tenure,
} from './delivery-store.port';

const NONE: ReadonlyMap<never, never> = new Map<never, never>();

/**
 * For an application without a database: the log's committed positions are the truth, effects at least once. There is
 * no table to park in, so a failing event waits in memory, holds its key, and ends in the dead-letter topic.
 */
export class CommittedDeliveryStore implements DeliveryStore {
  readonly transactional = false;
  readonly parking = undefined;
  /** Of each partition, the epoch of its latest takeover by this process; the log itself fences other processes. */
  private readonly epochs = new Map<string, bigint>();

  constructor(private readonly transport: EventTransport) {}

  async acquire(
    group: string,
    partitions: readonly (TopicPartition & { readonly committed: bigint | null })[],
  ): Promise<readonly Takeover[]> {
    return partitions.map(({ topic, partition, committed }) => {
      const key = keyOf({ group, topic, partition });
      const epoch = (this.epochs.get(key) ?? 0n) + 1n;
      this.epochs.set(key, epoch);
      const tenure = { group, topic, topicId: '', partition, epoch };
      return { tenure, watermarks: NONE, before: committed, parked: NONE, letters: NONE };
    });
  }

  async together(
    runs: readonly EffectRun[],
    work: (outcomes: readonly EffectOutcomes[], parts: EffectParts) => Promise<void>,
  ): Promise<readonly EffectOutcomes[]> {
    const outcomes = await this.seen(runs);
    // There is nothing that could be rolled back.
    await work(outcomes, { attempt: (_, run) => run().then(() => undefined) });
    return outcomes;
  }

  async seen(runs: readonly EffectRun[]): Promise<readonly EffectOutcomes[]> {
    return runs.map(({ tenure, handlers }) => {
      this.refuseWhenFenced(tenure);
      return handlers.map(() => 'handled');
    });
  }

  async remember(): Promise<void> {
    // The committed position is all that is remembered.
  }

  async bury({ tenure, letter, remaining }: BurialRequest): Promise<BurialOutcome> {
    this.refuseWhenFenced(tenure);
    await this.transport.append([toDeadLetterRecord(letter)]);
    return remaining.length > 0 ? 'goes-on' : 'gone';
  }

  async save(progress: readonly ProgressUpdate[]): Promise<readonly Position[]> {
    return progress
      .filter(({ tenure }) => this.isLatest(tenure))
      .map(({ tenure: { topic, partition }, watermark }) => ({ topic, partition, offset: watermark }));
  }

  private isLatest(tenure: Tenure): boolean {
    return this.epochs.get(keyOf(tenure)) === tenure.epoch;
  }

  private refuseWhenFenced(tenure: Tenure): void {
    if (this.isLatest(tenure)) return;
    throw new FencedError(`${tenure.topic}/${tenure.partition} of ${tenure.group} was taken over anew.`);
  }
}

const keyOf = ({ group, topic, partition }: Pick<Tenure, 'group' | 'topic' | 'partition'>) =>
  `${group} ${topic}/${partition}`;
