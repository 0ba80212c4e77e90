import { OffsetOutOfRangeError, UnknownTopicError } from '../transport.errors';
import type { FetchedBatch, LogRecord, Position, ReadRequest, TopicPartition } from '../transport.port';
import { decodeHeaders, encodedLength } from './header-codec';
import { laneKey } from './lane-key';
import { isSegmentGone, type LogDatabase } from './log-database';

interface Row {
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

const READ_TEXT =
  'select log_start, log_end, record_offset, record_time, key, value, headers from log.read($1, $2, $3, $4, $5)';
const BATCH_RECORDS = 1_000;
const DROPS_IN_A_ROW = 5;

/**
 * Reads of one partition. Groups that stand at the same offset, as all do at the tail, share one statement and its
 * records; a group that lags behind stands elsewhere and reads for itself.
 */
export class LogReader {
  private readonly underWay = new Map<string, Promise<ReadBatch>>();

  constructor(private readonly database: LogDatabase) {}

  /** What follows the position, empty at the end and outside of the log. */
  next(from: Position, maxBytes: number): Promise<ReadBatch> {
    const key = `${laneKey(from)}@${from.offset}/${maxBytes}`;
    const shared = this.underWay.get(key);
    if (shared) return shared;
    const reading = this.select(from, BATCH_RECORDS, maxBytes).finally(() => this.underWay.delete(key));
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
      const batch = await this.select(at, limit - records.length, maxBytes - bytes);
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

  private async select(from: Position, limit: number, maxBytes: number): Promise<ReadBatch> {
    const { topic, partition, offset } = from;
    for (let drops = 0; ; drops += 1) {
      try {
        const values = [topic, partition, offset.toString(), limit, Math.max(0, maxBytes)];
        return toBatch(from, await this.database.prepared<Row>('log_read', READ_TEXT, values));
      } catch (error) {
        if (!isSegmentGone(error) || drops === DROPS_IN_A_ROW) throw error;
      }
    }
  }
}

function toBatch(from: Position, [bounds, ...rows]: readonly Row[]): ReadBatch {
  if (!bounds || bounds.log_start === null || bounds.log_end === null) {
    throw new UnknownTopicError(`There is no partition ${from.partition} of topic ${from.topic}.`);
  }
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
