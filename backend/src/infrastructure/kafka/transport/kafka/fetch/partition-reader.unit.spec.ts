import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../transport.port';
import { PartitionReader } from './partition-reader';

const record = (offset: bigint, size = 100): LogRecord => ({
  topic: 'orders',
  partition: 1,
  offset,
  key: null,
  value: Buffer.alloc(size),
  headers: [],
  timestamp: 0,
});
const reader = (from = 0n) => new PartitionReader({ topic: 'orders', partition: 1 }, from);

describe('the reader of a partition', () => {
  it('delivers in pieces of the allowed size, each going on where the last ended', () => {
    const one = reader();
    one.fetched({ records: [record(0n), record(1n), record(2n)], nextOffset: 3n }, 9n);

    expect(one.next(350)).toMatchObject({
      records: [{ offset: 0n }, { offset: 1n }],
      nextOffset: 2n,
      endOffset: 9n,
    });
    expect(one.next(350)).toMatchObject({ records: [{ offset: 2n }], nextOffset: 3n });
    expect(one.next(350)).toBeUndefined();
  });

  it('delivers a record larger than that alone', () => {
    const one = reader();
    one.fetched({ records: [record(0n, 5_000), record(1n)], nextOffset: 2n }, 2n);

    expect(one.next(350)?.records).toHaveLength(1);
  });

  it('tells of offsets that hold nothing', () => {
    const one = reader(4n);
    one.fetched({ records: [], nextOffset: 7n }, 7n);

    expect(one.next(350)).toMatchObject({ records: [], nextOffset: 7n });
    expect(one.position).toBe(7n);
  });

  it('holds what was fetched while it is paused, and does not fetch more', () => {
    const one = reader();
    one.paused = true;
    one.fetched({ records: [record(0n)], nextOffset: 1n }, 1n);

    expect(one.next(350)).toBeUndefined();
    one.paused = false;
    expect(one.wantsFetch(0)).toBe(false);
    expect(one.next(350)?.records).toHaveLength(1);
    expect(one.wantsFetch(0)).toBe(true);
  });

  it('drops what was fetched before a jump, and asks at once although a fetch is under way', () => {
    const one = reader();
    one.fetching = true;
    one.fetched({ records: [record(0n)], nextOffset: 1n }, 1n);
    const { version } = one;
    one.jump(42n);

    expect(one.next(350)).toBeUndefined();
    expect(one.position).toBe(42n);
    expect(one.version).not.toBe(version);
    expect(one.wantsFetch(0)).toBe(true);
  });
});
