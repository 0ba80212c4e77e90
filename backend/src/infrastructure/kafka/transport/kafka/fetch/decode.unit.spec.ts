import { IS_CONTROL, IS_TRANSACTIONAL } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { decode } from './decode';
import type { FetchedPartition } from './fetch-request';

type RecordsBatch = NonNullable<FetchedPartition['records']>[number];

const ABORT = Buffer.from([0, 0, 0, 0]);
const LOG_APPEND_TIME = 8;

function batch(
  firstOffset: bigint,
  values: (string | null)[],
  more: Partial<RecordsBatch> = {},
): RecordsBatch {
  return {
    firstOffset,
    lastOffsetDelta: values.length - 1,
    length: 100,
    attributes: 0,
    firstTimestamp: 1_000n,
    maxTimestamp: 2_000n,
    producerId: -1n,
    records: values.map((value, offsetDelta) => ({
      offsetDelta,
      timestampDelta: BigInt(offsetDelta),
      key: null,
      value: value === null ? null : Buffer.from(value),
      headers: [],
    })),
    ...more,
  } as unknown as RecordsBatch;
}

const fetched = (records: RecordsBatch[], aborted: { producerId: bigint; firstOffset: bigint }[] = []) =>
  ({ partitionIndex: 2, abortedTransactions: aborted, records }) as unknown as FetchedPartition;

const values = (records: readonly { readonly value: Buffer | null }[]) =>
  records.map(({ value }) => String(value));

describe('what a fetch brings', () => {
  it('has offsets and times, and nothing of a batch from before the position', () => {
    const { records, nextOffset } = decode('orders', fetched([batch(10n, ['a', 'b', 'c'])]), 11n);

    expect(records).toMatchObject([
      { topic: 'orders', partition: 2, offset: 11n, timestamp: 1_001 },
      { offset: 12n, timestamp: 1_002 },
    ]);
    expect(nextOffset).toBe(13n);
  });

  it('takes the time of the append where the topic says so', () => {
    const { records } = decode('orders', fetched([batch(0n, ['a'], { attributes: LOG_APPEND_TIME })]), 0n);

    expect(records[0]?.timestamp).toBe(2_000);
  });

  it('goes on behind offsets that compaction has emptied', () => {
    const compacted = batch(5n, ['a'], { lastOffsetDelta: 9 });

    expect(decode('orders', fetched([compacted]), 5n).nextOffset).toBe(15n);
  });

  it('hides control records and steps over them', () => {
    const marker = batch(1n, [null], { attributes: IS_CONTROL | IS_TRANSACTIONAL, producerId: 7n });

    expect(decode('orders', fetched([batch(0n, ['a']), marker]), 0n)).toMatchObject({
      records: [{ offset: 0n }],
      nextOffset: 2n,
    });
  });

  it('hides an aborted transaction, also where its end has not come yet, and nothing of its neighbours', () => {
    const transactional = { attributes: IS_TRANSACTIONAL, producerId: 7n };
    const abort = batch(2n, [null], { attributes: IS_CONTROL | IS_TRANSACTIONAL, producerId: 7n });
    (abort.records[0] as { key: Buffer }).key = ABORT;
    const mixed = [
      batch(0n, ['gone'], transactional),
      batch(1n, ['kept']),
      abort,
      batch(3n, ['later'], transactional),
    ];
    const cause = [{ producerId: 7n, firstOffset: 0n }];

    expect(values(decode('orders', fetched(mixed, cause), 0n).records)).toEqual(['kept', 'later']);
    expect(decode('orders', fetched(mixed.slice(0, 1), cause), 0n)).toEqual({
      records: [],
      nextOffset: 1n,
      bytesInLog: 100,
    });
  });
});
