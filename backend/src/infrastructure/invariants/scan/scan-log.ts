import { topics as builtInTopics } from '@shop/contracts';
import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type {
  EventTransport,
  PartitionOffsets,
  Position,
} from '@/infrastructure/kafka/transport/transport.port';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { InvariantsUncheckedError } from '../invariants.errors';
import { type RawFact, rawFactOf } from './raw-fact';
import { insertRaw } from './raw-tables';

export type ScannedLog = Pick<EventTransport, 'read' | 'engine'> & {
  readonly admin: Pick<EventTransport['admin'], 'topicNames' | 'topicIds' | 'offsets'>;
};

export interface ScanOptions {
  readonly onProgress?: (progress: ScanProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ScanProgress {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
}

/** At most this much of the log is in memory at a time. */
const BATCH = { limit: 1_000, maxBytes: 4_194_304 };

/**
 * Reads every record that the topics hold at the beginning, once, batch after batch. Answers how many. Rejects with
 * `LOG_UNAVAILABLE`, or `OFFSET_OUT_OF_RANGE` where retention was quicker.
 */
export async function scanLog(
  log: ScannedLog,
  codec: EventCodec,
  session: SqlSession,
  { onProgress, signal }: ScanOptions = {},
): Promise<number> {
  const there = new Set(await log.admin.topicNames());
  const topics = Object.keys(builtInTopics).filter((topic) => there.has(topic));
  const ids = await log.admin.topicIds(topics);
  let records = 0;
  for (const bounds of await log.admin.offsets(topics)) {
    const { topic, partition, start, end } = bounds;
    records += await scanPartition(log, codec, session, bounds, signal);
    await session.run(sql`
      insert into raw_bounds (topic, topic_id, partition, from_offset, to_offset)
      values (${topic}, ${ids.get(topic) ?? ''}, ${partition}, ${String(start)}::bigint, ${String(end)}::bigint)`);
    onProgress?.({ topic, partition, records });
  }
  return records;
}

async function scanPartition(
  log: ScannedLog,
  codec: EventCodec,
  session: SqlSession,
  { topic, partition, start, end }: PartitionOffsets,
  signal: AbortSignal | undefined,
): Promise<number> {
  let count = 0;
  let at = start;
  while (at < end) {
    signal?.throwIfAborted();
    const { records, nextOffset } = await log.read({ from: { topic, partition, offset: at }, ...BATCH });
    const facts: RawFact[] = [];
    // In turn: a registry that is asked for a schema is asked once.
    for (const record of records) {
      if (record.offset < end) facts.push(await rawFactOf(record, codec));
    }
    await insertRaw(session, facts);
    count += facts.length;
    at = behind(log, { topic, partition, offset: at }, nextOffset);
  }
  return count;
}

/**
 * Where to read on. The embedded log keeps every offset to its end, so where it answers nothing before that, something
 * is gone: it is stepped over, for another check to find.
 */
function behind(log: ScannedLog, at: Position, nextOffset: bigint): bigint {
  if (nextOffset > at.offset) return nextOffset;
  if (log.engine === 'embedded') return at.offset + 1n;
  const place = `${at.topic} partition ${at.partition} offset ${at.offset}`;
  throw new InvariantsUncheckedError('the log does not go on', new Error(`nothing follows ${place}`));
}
