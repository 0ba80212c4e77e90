import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import { type ReplayScope, runWithCausality, runWithDelivery } from '../delivery/delivery-context';
import type { EventMark } from '../delivery/delivery-store.port';
import type { Delivery } from '../delivery/lanes/delivery';
import { laneBytes } from '../delivery/postgres/parked-rows';
import { causalityOf, contextOf } from '../delivery/runs/handler-invocation';
import type { DecodedEvent } from '../schema/event-codec';

/** One event as one handler is to get it. */
export interface ReplayItem {
  readonly group: string;
  readonly topicId: string;
  readonly record: LogRecord;
  readonly lane: string;
  readonly mark: EventMark;
  readonly decoded: DecodedEvent;
  readonly handler: HandlerRegistration;
}

/** Runs the handler as the live group would. Rejects with whatever it throws. */
export async function invokeInReplay(item: ReplayItem, replay: ReplayScope): Promise<void> {
  const { handler, decoded } = item;
  const context = contextOf(deliveryOf(item), decoded, handler, replay);
  await runWithCausality(causalityOf(decoded), () =>
    runWithDelivery(context, async () => handler.run(decoded.event, context)),
  );
}

/** Nobody owns a replayed event, so it has no place in a partition's account. */
export const deliveryOf = ({
  group,
  topicId,
  record,
  lane,
}: Omit<ReplayItem, 'mark' | 'decoded' | 'handler'>): Delivery => ({
  tenure: { group, topic: record.topic, topicId, partition: record.partition, epoch: 0n },
  record,
  lane,
  bytes: 0,
  entry: undefined,
  row: undefined,
  ahead: undefined,
  plan: undefined,
  attempts: 0,
});

/** Of a transaction that several of them share, in ms. */
export const longestTimeout = (items: readonly ReplayItem[]): number =>
  Math.max(...items.map(({ handler }) => handler.options.timeoutMs));

/** The items as rows, numbered from 1 in `nth`. */
export const columnsOf = (
  items: readonly ReplayItem[],
  nameOf: (item: ReplayItem) => string,
  timeOf: (item: ReplayItem) => Date | '-infinity' = ({ mark }) => mark.time,
): SqlQuery => sql`
  select * from unnest(
    ${items.map(({ group }) => group)}::text[], ${items.map(nameOf)}::text[],
    ${items.map(({ mark }) => mark.identity)}::text[],
    ${items.map((item) => timeText(timeOf(item)))}::timestamptz[],
    ${items.map(({ record }) => record.topic)}::text[], ${items.map(({ topicId }) => topicId)}::text[],
    ${items.map(({ record }) => record.partition)}::int[],
    ${items.map(({ record }) => record.offset)}::bigint[],
    ${items.map(({ lane }) => laneBytes(lane))}::bytea[]
  ) with ordinality
    as wanted (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset", lane, nth)`;

const timeText = (time: Date | '-infinity'): string => (time === '-infinity' ? time : time.toISOString());
