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
    one.fetched(
      { records: [record(0n), record(1n), record(2n)], nextOffset: 3n, bytesInLog: 1_000 },
      9n,
      1_000,
    );

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
    one.fetched({ records: [record(0n, 5_000), record(1n)], nextOffset: 2n, bytesInLog: 1_000 }, 2n, 1_000);

    expect(one.next(350)?.records).toHaveLength(1);
  });

  it('tells of offsets that hold nothing', () => {
    const one = reader(4n);
    one.fetched({ records: [], nextOffset: 7n, bytesInLog: 1_000 }, 7n, 1_000);

    expect(one.next(350)).toMatchObject({ records: [], nextOffset: 7n });
    expect(one.position).toBe(7n);
  });

  it('holds what was fetched while it is paused, and does not fetch more', () => {
    const one = reader();
    one.paused = true;
    one.fetched({ records: [record(0n)], nextOffset: 1n, bytesInLog: 1_000 }, 1n, 1_000);

    expect(one.next(350)).toBeUndefined();
    one.paused = false;
    expect(one.wantsFetch(0)).toBe(false);
    expect(one.next(350)?.records).toHaveLength(1);
    expect(one.wantsFetch(0)).toBe(true);
  });

  it('drops what was fetched before a jump, and asks at once although a fetch is under way', () => {
    const one = reader();
    one.fetching = true;
    one.fetched({ records: [record(0n)], nextOffset: 1n, bytesInLog: 1_000 }, 1n, 1_000);
    const { version } = one;
    one.jump(42n);

    expect(one.next(350)).toBeUndefined();
    expect(one.position).toBe(42n);
    expect(one.version).not.toBe(version);
    expect(one.wantsFetch(0)).toBe(true);
  });

  it('asks for as many compressed bytes as come to one piece in memory', () => {
    const one = reader();
    const compressed = (offset: bigint, size: number, bytesInLog: number) =>
      one.fetched({ records: [record(offset, size)], nextOffset: offset + 1n, bytesInLog }, 99n, 1_000_000);
    const first = one.askBytes;
    compressed(0n, 10_000, 10_000);
    expect(one.askBytes).toBe(2 * first);
    for (let offset = 1n; offset < 20n; offset++) compressed(offset, 10_000, 10_000);
    expect(one.askBytes).toBeGreaterThan(990_000);
    compressed(20n, 5_000_000, 100_000);
    expect(one.askBytes).toBeLessThan(21_000);
    one.fetched({ records: [], nextOffset: 22n, bytesInLog: 100 }, 99n, 1_000_000);
    expect(one.askBytes).toBeLessThan(21_000);
  });
});
