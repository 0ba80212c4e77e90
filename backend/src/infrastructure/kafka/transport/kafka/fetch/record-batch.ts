import { compressionsAlgorithmsByBitmask, IS_COMPRESSED } from '@platformatic/kafka';
import { KafkaRefusedError } from '../kafka.errors';

/** Where the fields of a record batch of version 2 are. https://kafka.apache.org/documentation/#recordbatch */
const Field = {
  length: 8,
  magic: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  count: 57,
  records: 61,
} as const;

/** Of the offset and the length, which the length does not count. */
const HEAD_BYTES = 12;
const VERSION = 2;

/** One batch as the log holds it. */
export class RecordBatch {
  readonly firstOffset: bigint;
  readonly attributes: number;
  readonly lastOffset: bigint;
  /** Milliseconds since the epoch. */
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly count: number;

  /** Throws `KAFKA_REFUSED` for the formats of before Kafka 0.11. */
  constructor(private readonly bytes: Buffer) {
    if (bytes[Field.magic] !== VERSION)
      throw new KafkaRefusedError(`Record batches of version ${bytes[Field.magic]} are not read.`);
    this.firstOffset = bytes.readBigInt64BE(0);
    this.attributes = bytes.readInt16BE(Field.attributes);
    this.lastOffset = this.firstOffset + BigInt(bytes.readInt32BE(Field.lastOffsetDelta));
    this.firstTimestamp = Number(bytes.readBigInt64BE(Field.firstTimestamp));
    this.maxTimestamp = Number(bytes.readBigInt64BE(Field.maxTimestamp));
    this.producerId = bytes.readBigInt64BE(Field.producerId);
    this.count = bytes.readInt32BE(Field.count);
  }

  get bytesInLog(): number {
    return this.bytes.length;
  }

  /** The records, one behind the other, decompressed. */
  records(): Buffer {
    const records = this.bytes.subarray(Field.records);
    const compression = this.attributes & IS_COMPRESSED;
    if (compression === 0) return records;
    const algorithm = compressionsAlgorithmsByBitmask[compression];
    if (!algorithm) throw new KafkaRefusedError(`No compression has the number ${compression}.`);
    return algorithm.decompressSync(records);
  }
}

/** The whole batches of what was fetched; brokers cut the last one off where their limit is reached. */
export function* batchesOf(fetched: Buffer): Generator<RecordBatch> {
  for (let from = 0; from + HEAD_BYTES <= fetched.length; ) {
    const end = from + HEAD_BYTES + fetched.readInt32BE(from + Field.length);
    if (end > fetched.length || end < from + Field.records) return;
    yield new RecordBatch(fetched.subarray(from, end));
    from = end;
  }
}
