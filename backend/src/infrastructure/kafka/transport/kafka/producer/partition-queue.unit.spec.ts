import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '../../transport.port';
import { AppendCall, type Entry } from './append-call';
import type { Batch } from './batch';
import { PartitionQueue } from './partition-queue';

const record: OutgoingRecord = { topic: 'orders', key: null, value: null, headers: [] };
const identity = { producerId: 1n, producerEpoch: 0 };
const entry = (index: number, { bytes = 100, deadline = 1_000 } = {}): Entry => ({
  record,
  call: new AppendCall(1),
  index,
  bytes,
  deadline,
});

function queueOf(...entries: Entry[]): PartitionQueue {
  const queue = new PartitionQueue('orders', 0);
  for (const one of entries) queue.push(one);
  return queue;
}

const indexes = (batch: Batch | undefined) => batch?.entries.map(({ index }) => index);

describe('the queue of a partition', () => {
  it('sends what waits together and counts the sequence on', () => {
    const queue = queueOf(entry(0), entry(1));

    expect(indexes(queue.take(identity))).toEqual([0, 1]);
    queue.push(entry(2));
    expect(queue.take(identity)).toMatchObject({ firstSequence: 2 });
    expect(queue.take(identity)).toBeUndefined();
  });

  it('keeps a batch small, but sends one large record alone', () => {
    const large = 700_000;
    const queue = queueOf(entry(0, { bytes: large }), entry(1), entry(2));

    expect(indexes(queue.take(identity))).toEqual([0]);
    expect(indexes(queue.take(identity))).toEqual([1, 2]);
  });

  it('repeats a batch first and under its old number', () => {
    const queue = queueOf(entry(0));
    const batch = queue.take(identity) as Batch;
    queue.push(entry(1));
    queue.repeat(batch);

    expect(queue.take(identity)).toBe(batch);
    expect(queue.take(identity)).toMatchObject({ firstSequence: 1 });
  });

  it('uses the numbers of a withdrawn batch again', () => {
    const queue = queueOf(entry(0));
    queue.withdrawn(queue.take(identity) as Batch);
    queue.push(entry(1));

    expect(queue.take(identity)).toMatchObject({ firstSequence: 0 });
  });

  it('begins at zero under another identity', () => {
    const queue = queueOf(entry(0));
    queue.take(identity);
    queue.push(entry(1));

    expect(queue.take({ producerId: 2n, producerEpoch: 0 })).toMatchObject({ firstSequence: 0 });
  });

  it('goes in halves after it was too large, in the old order', () => {
    const queue = queueOf(entry(0), entry(1), entry(2), entry(3));
    queue.split(queue.take(identity) as Batch);

    expect(indexes(queue.take(identity))).toEqual([0, 1]);
    expect(indexes(queue.take(identity))).toEqual([2, 3]);
  });

  it('drops what is left of a call that failed: it would overtake what its caller repeats', () => {
    const call = new AppendCall(2);
    call.promise.catch(() => undefined);
    const large = 700_000;
    const queue = queueOf({ ...entry(0, { bytes: large }), call }, { ...entry(1), call }, entry(2));
    queue.take(identity);
    call.failed(new Error('not acknowledged'));

    expect(queue.dropFailed().map(({ index }) => index)).toEqual([1]);
    expect(indexes(queue.take(identity))).toEqual([2]);
    expect(queue.isEmpty).toBe(true);
  });

  it('gives out what is past its time, waiting or to be repeated', () => {
    const queue = queueOf(entry(0, { deadline: 5 }), entry(1, { deadline: 5 }), entry(2));
    const batch = queueOf(entry(9, { deadline: 5 })).take(identity) as Batch;
    queue.repeat(batch);

    expect(queue.expire(5).map(({ index }) => index)).toEqual([0, 1]);
    expect(queue.expireRepeats(5)).toEqual([batch]);
    expect(indexes(queue.take(identity))).toEqual([2]);
    expect(queue.isEmpty).toBe(true);
  });
});
