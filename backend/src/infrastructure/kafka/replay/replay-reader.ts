import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { EventTransport, LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { headerText } from '@/infrastructure/kafka/transport/log-record';
import { OffsetOutOfRangeError } from '@/infrastructure/kafka/transport/transport.errors';
import { laneOf } from '../delivery/lanes/delivery';
import type { EventOpener, Opened } from '../delivery/runs/event-opener';
import type { ReplayPartition } from './replay';
import { deliveryOf, type ReplayItem } from './replay-item';

export interface ReadPage {
  readonly records: readonly LogRecord[];
  /** Where the next page begins. */
  readonly next: bigint;
  /** Offsets that retention removed before they were read. */
  readonly expired: bigint;
}

const PAGE_BYTES = 4_194_304;

/** Reads beside every group, and takes events out of records for the chosen handlers. */
export class ReplayReader {
  constructor(
    private readonly group: string,
    private readonly transport: EventTransport,
    private readonly opener: EventOpener,
    private readonly handlers: readonly HandlerRegistration[],
  ) {}

  /** Records from `from` on and before `to`; `next` is always further on. */
  async read(
    { topic, partition }: ReplayPartition,
    from: bigint,
    to: bigint,
    limit: number,
  ): Promise<ReadPage> {
    try {
      const batch = await this.transport.read({
        from: { topic, partition, offset: from },
        limit,
        maxBytes: PAGE_BYTES,
      });
      const next = batch.nextOffset > from && batch.nextOffset < to ? batch.nextOffset : to;
      return { records: batch.records.filter(({ offset }) => offset < next), next, expired: 0n };
    } catch (error) {
      if (!(error instanceof OffsetOutOfRangeError)) throw error;
      const start = await this.startOf(topic, partition);
      if (start <= from) throw error;
      const next = start < to ? start : to;
      return { records: [], next, expired: next - from };
    }
  }

  /** A type that none of the chosen handlers takes is not decoded. */
  takes(record: LogRecord): boolean {
    const type = headerText(record, 'ce_type');
    return type === undefined || this.handlersOf(type).length > 0;
  }

  async open(topicId: string, record: LogRecord): Promise<Opened> {
    return this.opener.open(deliveryOf({ group: this.group, topicId, record, lane: laneOf(record) }));
  }

  /** One item for each of the chosen handlers that take the event, in the order of registration. */
  itemsOf(topicId: string, record: LogRecord, opened: Opened & { readonly kind: 'event' }): ReplayItem[] {
    const { decoded, mark, eventType } = opened.event;
    return this.handlersOf(eventType).map((handler) => ({
      group: this.group,
      topicId,
      record,
      lane: laneOf(record),
      mark,
      decoded,
      handler,
    }));
  }

  private handlersOf(eventType: string): readonly HandlerRegistration[] {
    return this.handlers.filter(({ eventTypes }) => eventTypes.includes(eventType));
  }

  private async startOf(topic: string, partition: number): Promise<bigint> {
    const offsets = await this.transport.admin.offsets([topic]);
    return offsets.find((one) => one.partition === partition)?.start ?? 0n;
  }
}
