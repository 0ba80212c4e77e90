import { type DeadLetter, toDeadLetterRecord } from '@/infrastructure/kafka/dead-letters/dead-letter';
import type {
  EventTransport,
  Position,
  TopicPartition,
} from '@/infrastructure/kafka/transport/transport.port';
import type { DeliveryStore, HandlerRun, Tenure } from './delivery-store.port';

/** For an application without a database: the log's committed positions are the truth, effects at least once. */
export class CommittedDeliveryStore implements DeliveryStore {
  constructor(private readonly transport: EventTransport) {}

  async acquire(
    group: string,
    partitions: readonly (TopicPartition & { readonly committed: bigint | null })[],
  ): Promise<readonly { readonly tenure: Tenure; readonly watermark: bigint | null }[]> {
    return partitions.map(({ topic, partition, committed }) => ({
      tenure: { group, topic, partition, epoch: 0n },
      watermark: committed,
    }));
  }

  async runOnce(run: HandlerRun): Promise<'handled'> {
    await run.work();
    return 'handled';
  }

  async bury(_tenure: Tenure, letter: DeadLetter): Promise<void> {
    await this.transport.append([toDeadLetterRecord(letter)]);
  }

  async save(
    positions: readonly { readonly tenure: Tenure; readonly watermark: bigint }[],
  ): Promise<readonly Position[]> {
    return positions.map(({ tenure: { topic, partition }, watermark }) => ({
      topic,
      partition,
      offset: watermark,
    }));
  }
}
