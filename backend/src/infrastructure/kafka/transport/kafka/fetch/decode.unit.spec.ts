import { createRecordsBatch, IS_CONTROL, IS_TRANSACTIONAL } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../transport.port';
import { decode } from './decode';

const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
const ABORT = Buffer.from([0, 0, 0, 0]);
const LOG_APPEND_TIME = 8;
const AT = { attributes: 21, lastOffsetDelta: 23 };

interface Sent {
  readonly value: Buffer | null;
  readonly key?: Buffer | null;
  readonly headers?: Map<Buffer, Buffer | null>;
  readonly timestamp?: bigint;
}

interface BatchOptions {
  readonly compression?: (typeof COMPRESSIONS)[number];
  readonly attributes?: number;
  readonly lastOffsetDelta?: number;
  readonly producerId?: bigint;
}

/** As the client writes them, with what only a broker does put in afterwards. */
function batch(firstOffset: bigint, sent: readonly Sent[], options: BatchOptions = {}): Buffer {
  const { compression = 'none', attributes = 0, lastOffsetDelta, producerId = -1n } = options;
  const messages = sent.map((one, nth) => ({ topic: 'orders', timestamp: 1_000n + BigInt(nth), ...one }));
  const bytes = createRecordsBatch(messages as never, { compression, producerId } as never).buffer;
  bytes.writeBigInt64BE(firstOffset, 0);
  bytes.writeInt16BE(bytes.readInt16BE(AT.attributes) | attributes, AT.attributes);
  if (lastOffsetDelta !== undefined) bytes.writeInt32BE(lastOffsetDelta, AT.lastOffsetDelta);
  return bytes;
}

const texts = (...values: string[]): Sent[] => values.map((value) => ({ value: Buffer.from(value) }));

const fetched = (
  batches: readonly Buffer[],
  abortedTransactions: { producerId: bigint; firstOffset: bigint }[] = [],
) => ({
  partitionIndex: 2,
  errorCode: 0,
  highWatermark: 99n,
  abortedTransactions,
  records: Buffer.concat(batches),
});

const values = (records: readonly { readonly value: Buffer | null }[]) =>
  records.map(({ value }) => String(value));

const fieldsOf = ({ topic, partition, offset, key, value, headers, timestamp }: LogRecord) => ({
  topic,
  partition,
  offset,
  key,
  value,
  headers,
  timestamp,
});

describe('what a fetch brings', () => {
  it.each(COMPRESSIONS)('is read byte by byte as it was written, compressed by %s', (compression) => {
    const sent: Sent[] = [
      {
        key: Buffer.from('4711'),
        value: Buffer.alloc(70_000, 7),
        headers: new Map<Buffer, Buffer | null>([
          [Buffer.from('ce_id'), Buffer.from('1')],
          [Buffer.from('ce_type'), null],
          [Buffer.from('ümlaut'), Buffer.alloc(0)],
        ]),
        timestamp: 1_790_000_000_000n,
      },
      { key: Buffer.alloc(0), value: null, timestamp: 1_789_999_999_000n },
      {
        key: null,
        value: Buffer.alloc(0),
        headers: new Map([[Buffer.from('ce_jd'), Buffer.from([0xff])]]),
        timestamp: 1_790_000_000_002n,
      },
    ];

    const { records } = decode('orders', fetched([batch(40n, sent, { compression })]), 0n);
    expect(records.map(fieldsOf)).toEqual([
      {
        topic: 'orders',
        partition: 2,
        offset: 40n,
        key: Buffer.from('4711'),
        value: Buffer.alloc(70_000, 7),
        headers: [
          ['ce_id', Buffer.from('1')],
          ['ce_type', null],
          ['ümlaut', Buffer.alloc(0)],
        ],
        timestamp: 1_790_000_000_000,
      },
      expect.objectContaining({
        offset: 41n,
        key: Buffer.alloc(0),
        value: null,
        headers: [],
        timestamp: 1_789_999_999_000,
      }),
      expect.objectContaining({
        offset: 42n,
        key: null,
        value: Buffer.alloc(0),
        headers: [['ce_jd', Buffer.from([0xff])]],
        timestamp: 1_790_000_000_002,
      }),
    ]);
  });

  it('has offsets and times, and nothing of a batch from before the position', () => {
    const { records, nextOffset } = decode('orders', fetched([batch(10n, texts('a', 'b', 'c'))]), 11n);

    expect(records).toMatchObject([
      { topic: 'orders', partition: 2, offset: 11n, timestamp: 1_001 },
      { offset: 12n, timestamp: 1_002 },
    ]);
    expect(nextOffset).toBe(13n);
  });

  it('takes the time of the append where the topic says so', () => {
    const appended = batch(0n, texts('a', 'b', 'c'), { attributes: LOG_APPEND_TIME });

    expect(decode('orders', fetched([appended]), 0n).records[0]?.timestamp).toBe(1_002);
  });

  it('goes on behind offsets that compaction has emptied', () => {
    const compacted = batch(5n, texts('a'), { lastOffsetDelta: 9 });

    expect(decode('orders', fetched([compacted]), 5n).nextOffset).toBe(15n);
  });

  it('ends before a batch that the broker cut off', () => {
    const whole = batch(0n, texts('a'));
    const cut = batch(1n, texts('b')).subarray(0, -1);

    for (const rest of [cut, cut.subarray(0, 30), cut.subarray(0, 5)])
      expect(decode('orders', fetched([whole, rest]), 0n)).toMatchObject({
        records: [{ offset: 0n }],
        nextOffset: 1n,
      });
  });

  it('is refused where a record is shorter than it says, and where the batch is of an old format', () => {
    const short = batch(0n, texts('a', 'b'));
    short.writeInt32BE(3, 57);
    const old = batch(0n, texts('a'));
    old[16] = 1;

    expect(() => decode('orders', fetched([short]), 0n)).toThrow(RangeError);
    expect(() => decode('orders', fetched([old]), 0n)).toThrow('version 1');
  });

  it('hides control records and steps over them', () => {
    const marker = batch(1n, [{ key: Buffer.alloc(4), value: null }], {
      attributes: IS_CONTROL | IS_TRANSACTIONAL,
      producerId: 7n,
    });

    expect(decode('orders', fetched([batch(0n, texts('a')), marker]), 0n)).toMatchObject({
      records: [{ offset: 0n }],
      nextOffset: 2n,
    });
  });

  it('hides an aborted transaction, also where its end has not come yet, and nothing of its neighbours', () => {
    const transactional = { attributes: IS_TRANSACTIONAL, producerId: 7n };
    const marker = { attributes: IS_CONTROL | IS_TRANSACTIONAL, producerId: 7n };
    const gone = batch(0n, texts('gone'), transactional);
    const mixed = [
      gone,
      batch(1n, texts('kept')),
      batch(2n, [{ key: ABORT, value: null }], marker),
      batch(3n, texts('later'), transactional),
    ];
    const cause = [{ producerId: 7n, firstOffset: 0n }];

    expect(values(decode('orders', fetched(mixed, cause), 0n).records)).toEqual(['kept', 'later']);
    expect(decode('orders', fetched([gone], cause), 0n)).toEqual({
      records: [],
      nextOffset: 1n,
      bytesInLog: gone.length,
    });
  });
});
