import { describe, expect, it } from 'vitest';
import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { Engine, LogRecord, ReadRequest } from '@/infrastructure/kafka/transport/transport.port';
import { compile, type SqlQuery, type SqlSession } from '@/infrastructure/postgres/sql';
import { type ScannedLog, scanLog } from './scan-log';

const TOPIC = 'audit-events';
const codec = {} as EventCodec;

/** What is inserted, by its offsets. */
class Inserted implements SqlSession {
  readonly offsets: string[] = [];

  async run(query: SqlQuery): Promise<number> {
    const { text, values } = compile(query);
    if (text.includes('insert into raw (')) this.offsets.push(...(values[2] as string[]));
    return 0;
  }
  rows = () => Promise.reject(new Error('nothing is read'));
  row = () => Promise.reject(new Error('nothing is read'));
}

const recordAt = (offset: bigint): LogRecord => ({
  topic: TOPIC,
  partition: 0,
  offset,
  key: null,
  // No event, so there is nothing to decode.
  value: null,
  headers: [],
  timestamp: 1,
});

function logOf(
  engine: Engine,
  end: bigint,
  read: (from: bigint) => { readonly offsets: readonly bigint[]; readonly nextOffset: bigint },
): ScannedLog {
  return {
    engine,
    admin: {
      topicNames: async () => [TOPIC, 'somebody-elses'],
      topicIds: async () => new Map([[TOPIC, 'id']]),
      offsets: async () => [{ topic: TOPIC, partition: 0, start: 0n, end }],
    },
    read: async ({ from }: ReadRequest) => {
      const { offsets, nextOffset } = read(from.offset);
      return { topic: TOPIC, partition: 0, records: offsets.map(recordAt), nextOffset, endOffset: end };
    },
  };
}

describe('the scan of the raw log', () => {
  it('reads every record once, to the end as it was at the beginning', async () => {
    const inserted = new Inserted();
    const log = logOf('kafka', 5n, (from) => ({ offsets: [from, from + 1n], nextOffset: from + 2n }));
    expect(await scanLog(log, codec, inserted)).toBe(5);
    expect(inserted.offsets).toEqual(['0', '1', '2', '3', '4']);
  });

  it('goes past holes of the embedded log, the one at its end included', async () => {
    const inserted = new Inserted();
    const there = [0n, 1n, 4n, 5n, 6n];
    const log = logOf('embedded', 9n, (from) => {
      const offsets = there.filter((offset) => offset >= from).slice(0, 2);
      return { offsets, nextOffset: (offsets.at(-1) ?? from - 1n) + 1n };
    });
    expect(await scanLog(log, codec, inserted)).toBe(5);
    expect(inserted.offsets).toEqual(there.map(String));
  });

  it('does not take a broker that answers nothing for the end', async () => {
    const log = logOf('kafka', 3n, (from) => ({ offsets: [], nextOffset: from }));
    await expect(scanLog(log, codec, new Inserted())).rejects.toMatchObject({ code: 'INVARIANTS_UNCHECKED' });
  });

  it('ends when it is told to', async () => {
    const log = logOf('kafka', 3n, (from) => ({ offsets: [from], nextOffset: from + 1n }));
    const scan = scanLog(log, codec, new Inserted(), { signal: AbortSignal.abort(new Error('told')) });
    await expect(scan).rejects.toThrow('told');
  });
});
