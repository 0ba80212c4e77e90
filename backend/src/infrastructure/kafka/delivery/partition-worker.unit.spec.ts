import { describe, expect, it } from 'vitest';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { PartitionWorker } from './partition-worker';
import type { RecordProcessor, Stop } from './record-processor';

const tenure = { group: 'g', topic: 't', partition: 0, epoch: 1n };

const record = (offset: number, bytes = 1): LogRecord => ({
  topic: 't',
  partition: 0,
  offset: BigInt(offset),
  key: null,
  value: Buffer.alloc(bytes),
  headers: [],
  timestamp: 0,
});

const batch = (offsets: number[], next: number, bytes?: number) => ({
  topic: 't',
  partition: 0,
  records: offsets.map((offset) => record(offset, bytes)),
  nextOffset: BigInt(next),
  endOffset: BigInt(next),
});

/** A processor whose runs end when the test says so. */
function set(limitBytes = 1_000_000) {
  const begun: number[] = [];
  const ends: ((ended: boolean) => void)[] = [];
  const pressure: boolean[] = [];
  const processor = {
    process: (taken: LogRecord, _tenure: unknown, stop: Stop) => {
      begun.push(Number(taken.offset));
      return new Promise<boolean>((resolve) => ends.push((ended) => resolve(ended && !stop.requested)));
    },
  } as unknown as RecordProcessor;
  const worker = new PartitionWorker({
    tenure,
    from: 0n,
    processor,
    limitBytes,
    onPressure: (full) => pressure.push(full),
    onProgress: () => undefined,
  });
  const end = async (ended = true) => {
    ends.shift()?.(ended);
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return { worker, begun, end, pressure };
}

describe('a partition worker', () => {
  it('runs one record after another and moves the watermark behind each', async () => {
    const { worker, begun, end } = set();
    worker.accept(batch([0, 1], 2));
    expect(begun).toEqual([0]);
    await end();
    expect(begun).toEqual([0, 1]);
    expect(worker.watermark).toBe(1n);
    await end();
    expect(worker.watermark).toBe(2n);
  });

  it('leaves out offsets that come again while they wait or run', async () => {
    const { worker, begun, end } = set();
    worker.accept(batch([0, 1], 2));
    worker.accept(batch([0, 1, 2], 3));
    for (let run = 0; run < 3; run++) await end();
    expect(begun).toEqual([0, 1, 2]);
    expect(worker.watermark).toBe(3n);
  });

  it('takes offsets again when the log has lost its end', async () => {
    const { worker, begun, end } = set();
    worker.accept(batch([0, 1], 2));
    for (let run = 0; run < 2; run++) await end();
    worker.continueFrom(0n);
    worker.accept(batch([0], 1));
    await end();
    expect(begun).toEqual([0, 1, 0]);
    expect(worker.watermark).toBe(2n);
  });

  it('counts offsets that hold nothing as behind it, but only after what comes before them', async () => {
    const { worker, end } = set();
    worker.accept(batch([0], 5));
    expect(worker.watermark).toBe(0n);
    await end();
    expect(worker.watermark).toBe(5n);
  });

  it('takes records that come in the very turn in which it ran dry', async () => {
    const { worker, begun, end } = set();
    worker.accept(batch([0], 1));
    const last = end();
    await Promise.resolve();
    worker.accept(batch([1], 2));
    await last;
    await end();
    expect(begun).toEqual([0, 1]);
    expect(worker.watermark).toBe(2n);
  });

  it('begins nothing after it is abandoned, and waits for the run under way', async () => {
    const { worker, begun, end } = set();
    worker.accept(batch([0, 1], 2));
    let over = false;
    const abandoned = worker.abandon().then(() => {
      over = true;
    });
    await Promise.resolve();
    expect(over).toBe(false);
    await end();
    await abandoned;
    expect(begun).toEqual([0]);
    expect(worker.watermark).toBe(0n);
  });

  it('tells when too many bytes wait, and when there is room again', async () => {
    const { worker, end, pressure } = set(4_000);
    worker.accept(batch([0, 1, 2, 3], 4, 2_000));
    expect(pressure).toEqual([true]);
    for (let run = 0; run < 4; run++) await end();
    expect(pressure).toEqual([true, false]);
  });
});
