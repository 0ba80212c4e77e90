import { IS_CONTROL, IS_TRANSACTIONAL } from '@platformatic/kafka';
import type { LogRecord } from '../../transport.port';
import type { FetchedPartition } from './fetch-message';
import { FetchedRecord } from './fetched-record';
import { batchesOf, type RecordBatch } from './record-batch';
import { RecordCursor } from './record-cursor';

const LOG_APPEND_TIME = 1 << 3;
const ABORT_MARKER = 0;

export interface Decoded {
  readonly records: LogRecord[];
  /** Behind everything that was read, also what is not delivered: control records, gaps, aborted transactions. */
  readonly nextOffset: bigint;
  /** What the log holds it in, compressed. */
  readonly bytesInLog: number;
}

/** The records of one partition from `from` on. A compressed batch may begin before it. */
export function decode(topic: string, fetched: FetchedPartition, from: bigint): Decoded {
  const records: LogRecord[] = [];
  let nextOffset = from;
  let bytesInLog = 0;
  const aborted = new AbortedProducers(fetched.abortedTransactions);
  for (const batch of batchesOf(fetched.records)) {
    if (batch.lastOffset >= nextOffset) nextOffset = batch.lastOffset + 1n;
    bytesInLog += batch.bytesInLog;
    if (aborted.hide(batch)) continue;
    for (const record of recordsOf(batch, topic, fetched.partitionIndex))
      if (record.offset >= from) records.push(record);
  }
  return { records, nextOffset, bytesInLog };
}

function recordsOf(batch: RecordBatch, topic: string, partition: number): FetchedRecord[] {
  const source = { topic, partition, bytes: batch.records() };
  const cursor = new RecordCursor(source.bytes);
  const appendTime = batch.attributes & LOG_APPEND_TIME ? batch.maxTimestamp : undefined;
  const records: FetchedRecord[] = [];
  for (let left = batch.count; left > 0; left--) {
    // Its length, and attributes that mean nothing yet.
    cursor.number();
    cursor.skip(1);
    const timestamp = batch.firstTimestamp + cursor.number();
    const offset = batch.firstOffset + BigInt(cursor.number());
    records.push(new FetchedRecord(source, offset, appendTime ?? timestamp, cursor));
  }
  return records;
}

/** Follows the transactions of a partition: the records of one that was aborted never happened. */
class AbortedProducers {
  readonly #begins: { readonly producerId: bigint; readonly firstOffset: bigint }[];
  readonly #aborting = new Set<bigint>();

  constructor(aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[]) {
    this.#begins = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  hide(batch: RecordBatch): boolean {
    while (this.#begins[0] && this.#begins[0].firstOffset <= batch.lastOffset) {
      this.#aborting.add((this.#begins.shift() as { producerId: bigint }).producerId);
    }
    if (batch.attributes & IS_CONTROL) {
      const [marker] = recordsOf(batch, '', 0);
      if (marker?.key?.readInt16BE(2) === ABORT_MARKER) this.#aborting.delete(batch.producerId);
      return true;
    }
    return Boolean(batch.attributes & IS_TRANSACTIONAL) && this.#aborting.has(batch.producerId);
  }
}
