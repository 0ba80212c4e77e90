import { IS_CONTROL, IS_TRANSACTIONAL, type fetchV17 } from '@platformatic/kafka';
import type { LogRecord } from '../../transport.port';
import { headerName } from './header-names';

type FetchedPartition = fetchV17.FetchResponsePartition;
type RecordsBatch = NonNullable<FetchedPartition['records']>[number];

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
  const { partitionIndex: partition } = fetched;
  const records: LogRecord[] = [];
  let nextOffset = from;
  let bytesInLog = 0;
  const aborted = new AbortedProducers(fetched.abortedTransactions ?? []);
  for (const batch of fetched.records ?? []) {
    const end = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    if (end > nextOffset) nextOffset = end;
    bytesInLog += batch.length;
    if (aborted.hide(batch)) continue;
    for (const raw of batch.records) {
      const offset = batch.firstOffset + BigInt(raw.offsetDelta);
      if (offset < from) continue;
      const time =
        batch.attributes & LOG_APPEND_TIME ? batch.maxTimestamp : batch.firstTimestamp + raw.timestampDelta;
      records.push({
        topic,
        partition,
        offset,
        key: bytes(raw.key),
        value: bytes(raw.value),
        headers: raw.headers.map(([name, value], place) => [headerName(name, place), bytes(value)] as const),
        timestamp: Number(time),
      });
    }
  }
  return { records, nextOffset, bytesInLog };
}

// The client's types say that key and value are always there; on the wire and in its reader they can be null.
function bytes(value: Buffer | null | undefined): Buffer | null {
  return value ?? null;
}

/** Follows the transactions of a partition: the records of one that was aborted never happened. */
class AbortedProducers {
  readonly #begins: { readonly producerId: bigint; readonly firstOffset: bigint }[];
  readonly #aborting = new Set<bigint>();

  constructor(aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[]) {
    this.#begins = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  hide(batch: RecordsBatch): boolean {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (this.#begins[0] && this.#begins[0].firstOffset <= last) {
      this.#aborting.add((this.#begins.shift() as { producerId: bigint }).producerId);
    }
    if (batch.attributes & IS_CONTROL) {
      if (batch.records[0]?.key?.readInt16BE(2) === ABORT_MARKER) this.#aborting.delete(batch.producerId);
      return true;
    }
    return Boolean(batch.attributes & IS_TRANSACTIONAL) && this.#aborting.has(batch.producerId);
  }
}
