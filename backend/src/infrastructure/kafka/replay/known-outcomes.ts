import { withValue } from '@/infrastructure/kafka/transport/log-record';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { laneBytes, laneText } from '../delivery/postgres/parked-rows';
import type { KnownLetter, ReplayPartition } from './replay';
import { columnsOf, type ReplayItem } from './replay-item';

/** An inbox row of the event: at this offset, or of the same event at another one. */
export interface InboxHit {
  readonly here: boolean;
  readonly handledAt: Date;
}

export const ANY_HANDLER = '*';

/** The inbox rows that the items have under the given names, by position in `items`. */
export async function inboxHits(
  session: SqlSession,
  items: readonly ReplayItem[],
  nameOf: (item: ReplayItem) => string,
  timeOf: (item: ReplayItem) => Date | '-infinity',
): Promise<ReadonlyMap<number, InboxHit>> {
  if (items.length === 0) return new Map();
  const rows = await session.rows<{ nth: string; here: boolean; handledAt: Date }>(sql`
    with wanted as (${columnsOf(items, nameOf, timeOf)})
    select wanted.nth, inbox.handled_at as "handledAt",
      inbox."offset" = wanted."offset" and inbox.topic = wanted.topic and inbox.partition = wanted.partition
        and inbox.topic_id in (wanted.topic_id, '') as here
    from wanted join inbox using (group_id, handler, event_identity, event_time)`);
  return new Map(rows.map(({ nth, here, handledAt }) => [Number(nth) - 1, { here, handledAt }]));
}

/** By lane, the first offset that waits in the live group. */
export async function parkedLanes(
  session: SqlSession,
  group: string,
  { topic, topicId, partition }: Pick<ReplayPartition, 'topic' | 'topicId' | 'partition'>,
  lanes: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const rows = await session.rows<{ lane: Buffer; first: string }>(sql`
    select lane, min("offset") as first from parked
    where group_id = ${group} and topic = ${topic} and topic_id = ${topicId} and partition = ${partition}
      and lane = any(${lanes.map(laneBytes)}::bytea[])
    group by lane`);
  return new Map(rows.map(({ lane, first }) => [laneText(lane), BigInt(first)]));
}

export class KnownLetters {
  private constructor(private readonly letters: ReadonlyMap<string, KnownLetter>) {}

  static async of(
    session: SqlSession,
    group: string,
    { topic, topicId, partition }: ReplayPartition,
    offsets: readonly bigint[],
  ): Promise<KnownLetters> {
    const rows = await session.rows<KnownLetter & { offset: string; handler: string }>(sql`
      select "offset", handler, status, edited_value as "editedValue" from dead_letters
      where group_id = ${group} and topic = ${topic} and topic_id in (${topicId}, '')
        and partition = ${partition} and "offset" = any(${offsets}::bigint[])`);
    return new KnownLetters(new Map(rows.map((row) => [keyOf(BigInt(row.offset), row.handler), row])));
  }

  /** The record as it had its effect: a person may have mended its value, for a handler or before any was chosen. */
  mended(record: LogRecord, handler = ANY_HANDLER): LogRecord {
    const letter = this.find(record.offset, handler);
    return letter?.status === 'edited' && letter.editedValue ? withValue(record, letter.editedValue) : record;
  }

  /** Of the handler, or of the record before any handler was chosen. */
  find(offset: bigint, handler: string): KnownLetter | undefined {
    return this.letters.get(keyOf(offset, handler)) ?? this.letters.get(keyOf(offset, ANY_HANDLER));
  }
}

const keyOf = (offset: bigint, handler: string): string => `${offset} ${handler}`;
