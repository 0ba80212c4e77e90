import { describe, expect, it } from 'vitest';
import { encodeHeaders } from './header-codec';
import type { LogDatabase } from './log-database';
import { LogReader } from './log-reader';

const END = 9n;
const THERE = [0n, 1n, 4n, 5n, 6n];
const AT = { topic: 'orders', partition: 0 };

/** Answers as `log.read` does: the bounds, then what is there from the offset on, at most so many. */
function logWithHoles(most: number) {
  const bounds = { log_start: '0', log_end: String(END) };
  return {
    prepared: async (_name: string, _text: string, values: readonly unknown[]) => {
      const limit = Math.min(Number(values[4]), most);
      const record = { record_time: '1', key: null, value: Buffer.from('x'), headers: encodeHeaders([]) };
      return (values[2] as readonly string[]).flatMap((from, index) => {
        const nth = String(index + 1);
        const rows = THERE.filter((offset) => offset >= BigInt(from)).slice(0, limit);
        return [
          { nth, ...bounds },
          ...rows.map((offset) => ({ nth, ...record, record_offset: String(offset) })),
        ];
      });
    },
  } as unknown as LogDatabase;
}

describe('LogReader, where records of the log are gone', () => {
  it.each([1, 2, 100])('reads each of the others once, %i for a statement', async (most) => {
    const reader = new LogReader(logWithHoles(most));
    const { records, nextOffset } = await reader.read({
      from: { ...AT, offset: 0n },
      limit: 100,
      maxBytes: 1_000_000,
    });
    expect(records.map(({ offset }) => offset)).toEqual(THERE);
    expect(nextOffset).toBe(7n);
  });

  it('goes on behind the last record it has read, in a batch as well', async () => {
    const reader = new LogReader(logWithHoles(100));
    const limited = await reader.read({ from: { ...AT, offset: 0n }, limit: 3, maxBytes: 1_000_000 });
    expect(limited.nextOffset).toBe(5n);
    expect(await reader.next({ ...AT, offset: 2n }, 1_000_000)).toMatchObject({
      records: [{ offset: 4n }, { offset: 5n }, { offset: 6n }],
      nextOffset: 7n,
    });
    expect(await reader.next({ ...AT, offset: 7n }, 1_000_000)).toMatchObject({
      records: [],
      nextOffset: 7n,
    });
  });
});
