import { Coalescer } from '@/infrastructure/concurrency/coalescer';
import { OffsetOutOfRangeError, UnknownTopicError } from '../transport.errors';
import type { FetchedBatch, LogRecord, Position, ReadRequest, TopicPartition } from '../transport.port';
import { decodeHeaders, encodedLength } from './header-codec';
import { laneKey } from './lane-key';
import { isSegmentGone, type LogDatabase } from './log-database';

interface Row {
  readonly nth: string;
  readonly log_start: string | null;
  readonly log_end: string | null;
  readonly record_offset: string;
  readonly record_time: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Buffer;
}

/** A batch with the start of its partition, both of one moment. */
export interface ReadBatch extends FetchedBatch {
  readonly logStart: bigint;
}

interface Wanted {
  readonly from: Position;
  readonly maxBytes: number;
}

/** In the order of what was asked for, and of the offsets. */
const READ_TEXT = `
  select nth, log_start, log_end, record_offset, record_time, key, value, headers
  from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) with ordinality
    as wanted (topic, partition, from_offset, most_bytes, nth)
  cross join lateral log.read(wanted.topic, wanted.partition, from_offset, $5, most_bytes)`;
const BATCH_RECORDS = 1_000;
const DROPS_IN_A_ROW = 5;
const TOGETHER = { items: 16, calls: 2 };

/**
 * Groups that stand at the same offset of a partition, as all do at the tail, share its records; a group that lags
 * behind stands elsewhere and reads for itself. What is asked for while others are being read shares a statement.
 */
export class LogReader {
  private readonly underWay = new Map<string, Promise<ReadBatch>>();
  private readonly batches: Coalescer<Wanted, ReadBatch | undefined>;

  constructor(private readonly database: LogDatabase) {
    this.batches = new Coalescer((wanted) => this.select(wanted, BATCH_RECORDS), TOGETHER);
  }

  /** What follows the position, empty at the end and outside of the log. */
  next(from: Position, maxBytes: number): Promise<ReadBatch> {
    const key = `${laneKey(from)}@${from.offset}/${maxBytes}`;
    const shared = this.underWay.get(key);
    if (shared) return shared;
    const reading = this.batches
      .submit({ from, maxBytes })
      .then((batch) => batch ?? unknownPartition(from))
      .finally(() => this.underWay.delete(key));
    this.underWay.set(key, reading);
    return reading;
  }

  async read({ from, limit, maxBytes }: ReadRequest): Promise<FetchedBatch> {
    const { topic, partition } = from;
    const records: LogRecord[] = [];
    let bytes = 0;
    let nextOffset = from.offset;
    for (;;) {
      const at = { topic, partition, offset: nextOffset };
      const wanted = [{ from: at, maxBytes: maxBytes - bytes }];
      const [batch = unknownPartition(at)] = await this.select(wanted, limit - records.length);
      if (at.offset < batch.logStart || at.offset > batch.endOffset) throw outOfRange(at, batch);
      let full = batch.records.length === 0;
      for (const record of batch.records) {
        bytes += sizeOf(record);
        // The log answers one record however large; it fits only where it is alone.
        full = records.length > 0 && bytes > maxBytes;
        if (full) break;
        records.push(record);
        nextOffset = record.offset + 1n;
      }
      if (full || records.length >= limit || bytes >= maxBytes) {
        return { topic, partition, records, nextOffset, endOffset: batch.endOffset };
      }
    }
  }

  /** Undefined for a partition that there is not. */
  private async select(wanted: readonly Wanted[], limit: number): Promise<(ReadBatch | undefined)[]> {
    const values = [
      wanted.map(({ from }) => from.topic),
      wanted.map(({ from }) => from.partition),
      wanted.map(({ from }) => from.offset.toString()),
      wanted.map(({ maxBytes }) => Math.max(0, maxBytes)),
      limit,
    ];
    for (let drops = 0; ; drops += 1) {
      try {
        const rows = await this.database.prepared<Row>('log_read', READ_TEXT, values);
        const byWanted = Map.groupBy(rows, ({ nth }) => Number(nth));
        return wanted.map(({ from }, index) => toBatch(from, byWanted.get(index + 1) ?? []));
      } catch (error) {
        if (!isSegmentGone(error) || drops === DROPS_IN_A_ROW) throw error;
      }
    }
  }
}

function unknownPartition({ topic, partition }: Position): never {
  throw new UnknownTopicError(`There is no partition ${partition} of topic ${topic}.`);
}

function toBatch(from: Position, [bounds, ...rows]: readonly Row[]): ReadBatch | undefined {
  if (!bounds || bounds.log_start === null || bounds.log_end === null) return undefined;
  const records = rows.map((row) => toRecord(from, row));
  const last = records.at(-1);
  return {
    topic: from.topic,
    partition: from.partition,
    records,
    // Not their number: a log that lost records has holes.
    nextOffset: last ? last.offset + 1n : from.offset,
    logStart: BigInt(bounds.log_start),
    endOffset: BigInt(bounds.log_end),
  };
}

function toRecord({ topic, partition }: TopicPartition, row: Row): LogRecord {
  return {
    topic,
    partition,
    offset: BigInt(row.record_offset),
    key: row.key,
    value: row.value,
    headers: decodeHeaders(row.headers),
    timestamp: Number(row.record_time),
  };
}

function sizeOf({ key, value, headers }: LogRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0) + encodedLength(headers);
}

function outOfRange(at: Position, { logStart, endOffset }: ReadBatch): OffsetOutOfRangeError {
  return new OffsetOutOfRangeError(
    `Offset ${at.offset} of ${laneKey(at)} is outside of the log, which holds ${logStart} to ${endOffset}.`,
  );
}
