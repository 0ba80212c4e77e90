import { type DeadLetter, toDeadLetterRecord } from '@/infrastructure/kafka/dead-letters/dead-letter';
import type {
  EventTransport,
  Position,
  TopicPartition,
} from '@/infrastructure/kafka/transport/transport.port';
import { FencedError } from './delivery.errors';
import type { DeliveryStore, HandlerRun, Tenure } from './delivery-store.port';

/** For an application without a database: the log's committed positions are the truth, effects at least once. */
export class CommittedDeliveryStore implements DeliveryStore {
  /** Of each partition, the epoch of its latest takeover by this process; the log itself fences other processes. */
  private readonly epochs = new Map<string, bigint>();

  constructor(private readonly transport: EventTransport) {}

  async acquire(
    group: string,
    partitions: readonly (TopicPartition & { readonly committed: bigint | null })[],
  ): Promise<readonly { readonly tenure: Tenure; readonly watermark: bigint | null }[]> {
    return partitions.map(({ topic, partition, committed }) => {
      const key = keyOf({ group, topic, partition });
      const epoch = (this.epochs.get(key) ?? 0n) + 1n;
      this.epochs.set(key, epoch);
      return { tenure: { group, topic, partition, epoch }, watermark: committed };
    });
  }

  async runOnce(run: HandlerRun): Promise<'handled'> {
    this.refuseWhenFenced(run.tenure);
    await run.work();
    return 'handled';
  }

  async bury(tenure: Tenure, letter: DeadLetter): Promise<void> {
    this.refuseWhenFenced(tenure);
    await this.transport.append([toDeadLetterRecord(letter)]);
  }

  async save(
    positions: readonly { readonly tenure: Tenure; readonly watermark: bigint }[],
  ): Promise<readonly Position[]> {
    return positions
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

const keyOf = ({ group, topic, partition }: Omit<Tenure, 'epoch'>) => `${group} ${topic}/${partition}`;
