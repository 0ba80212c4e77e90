import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordOf, silent, TOPIC } from '@/testing/delivery/membership-fixture';
import type { Parking, ParkedRow, Tenure } from '../delivery-store.port';
import { Lane } from './lane';
import { ParkedReleaser } from './parked-releaser';
import type { PartitionWorker } from './partition-worker';

const tenureOf = (partition: number): Tenure => ({
  group: 'g',
  topic: TOPIC,
  topicId: 't',
  partition,
  epoch: 1n,
});

/** A partition whose released lanes are under way until the spec says otherwise. */
class Partition {
  readonly tenure: Tenure;
  readonly released: bigint[] = [];
  releasing: Lane[] = [];
  takesReleased = true;
  keeps = true;

  constructor(partition: number) {
    this.tenure = tenureOf(partition);
  }

  release({ record, lane }: ParkedRow): void {
    this.released.push(record.offset);
    if (this.keeps) this.releasing.push(new Lane(lane));
  }
}

/** As many due rows as there are, each in a lane of its own; nothing is taken away from it. */
class Table {
  readonly calls: { readonly limit: number; readonly except: readonly string[]; readonly at: number }[] = [];
  rows: (ParkedRow & { readonly tenure: Tenure })[] = [];
  nextMs = 250;
  error: Error | undefined;

  readonly due: Parking['due'] = async (owned, limit) => {
    this.calls.push({ limit, except: owned.flatMap(({ except }) => except), at: performance.now() });
    if (this.error) throw this.error;
    const rows = this.rows.filter(({ tenure, lane }) =>
      owned.some((one) => one.tenure === tenure && !one.except.includes(lane)),
    );
    return { rows: rows.slice(0, limit), nextMs: this.nextMs };
  };

  fill({ tenure }: Partition, count: number): void {
    for (let nth = 0; nth < count; nth++) {
      const record = recordOf(BigInt(nth), `k${nth}`, 'created', { partition: tenure.partition });
      const row = { record, lane: `kk${nth}`, pending: ['h'], handler: 'h', attempts: 1, editedValue: null };
      this.rows.push({ ...row, state: 'waiting', tenure });
    }
  }
}

let table: Table;
let partitions: Partition[];
let releaser: ParkedReleaser;

function start(releasesPerSecond = 1_000): void {
  releaser = new ParkedReleaser({
    parking: table as unknown as Parking,
    workers: () => partitions as unknown as Iterable<PartitionWorker>,
    releasesPerSecond,
    logger: silent,
  });
  releaser.start();
}

beforeEach(() => {
  vi.useFakeTimers();
  table = new Table();
  partitions = [new Partition(0)];
});
afterEach(async () => {
  const closed = releaser.close();
  await vi.advanceTimersByTimeAsync(300);
  await closed;
  vi.useRealTimers();
});

const [SECOND, MINUTE] = [1_000, 60_000];
const releasedBy = (partition: Partition | undefined) => partition?.released.length ?? 0;

describe('ParkedReleaser', () => {
  it('releases no more a second than it may, however many are due', async () => {
    const [partition] = partitions as [Partition];
    partition.keeps = false;
    table.fill(partition, 5_000);
    start(100);
    const each: number[] = [];
    for (let second = 0; second < 5; second++) {
      const before = releasedBy(partition);
      await vi.advanceTimersByTimeAsync(SECOND);
      each.push(releasedBy(partition) - before);
    }
    for (const count of each) expect(count).toBeLessThanOrEqual(110);
    expect(releasedBy(partition)).toBeGreaterThan(350);
  });

  it('does not save up for a burst while nothing is due', async () => {
    const [partition] = partitions as [Partition];
    partition.keeps = false;
    start(100);
    await vi.advanceTimersByTimeAsync(MINUTE);
    table.fill(partition, 5_000);
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(releasedBy(partition)).toBeLessThanOrEqual(220);
  });

  it('has at most so many under way, and leaves their lanes out', async () => {
    const [partition] = partitions as [Partition];
    table.fill(partition, 1_000);
    start();
    await vi.advanceTimersByTimeAsync(5 * SECOND);
    expect(releasedBy(partition)).toBe(200);
    expect(new Set(partition.released).size).toBe(200);
    partition.releasing = partition.releasing.slice(0, 150);
    table.rows = table.rows.slice(200);
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(releasedBy(partition)).toBe(250);
    expect(table.calls.at(-1)?.except.length).toBeGreaterThanOrEqual(150);
  });

  it('gives a place to others that a run keeps which never ends, but not its lane', async () => {
    const [partition] = partitions as [Partition];
    table.fill(partition, 300);
    partition.releasing = table.rows
      .slice(0, 250)
      .map(({ lane }) => Object.assign(new Lane(lane), { hung: 1 }));
    start();
    await vi.advanceTimersByTimeAsync(2 * SECOND);
    expect(partition.released.toSorted((a, b) => Number(a - b))).toEqual(
      Array.from({ length: 50 }, (_, nth) => BigInt(nth + 250)),
    );
  });

  it('passes over partitions that would not run them now, whatever they have under way', async () => {
    const [held] = partitions as [Partition];
    const other = new Partition(1);
    partitions.push(other);
    held.takesReleased = false;
    held.releasing = Array.from({ length: 300 }, (_, nth) => new Lane(`kk${nth}`));
    for (const partition of partitions) table.fill(partition, 10);
    start();
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(held.released).toEqual([]);
    expect(new Set(other.released).size).toBe(10);
  });

  it('looks again when the database says that one is due, at least four times a second', async () => {
    start();
    await vi.advanceTimersByTimeAsync(10 * SECOND);
    const idle = table.calls.length;
    expect(idle).toBeGreaterThanOrEqual(38);
    expect(idle).toBeLessThanOrEqual(45);
    table.nextMs = 40;
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(table.calls.length - idle).toBeGreaterThanOrEqual(18);
  });

  it('does not care about the clock of this machine', async () => {
    const [partition] = partitions as [Partition];
    partition.keeps = false;
    start(100);
    await vi.advanceTimersByTimeAsync(SECOND);
    table.fill(partition, 5_000);
    vi.setSystemTime(Date.now() + 30 * 24 * 3_600 * SECOND);
    await vi.advanceTimersByTimeAsync(SECOND);
    vi.setSystemTime(Date.UTC(2001, 0, 1));
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(releasedBy(partition)).toBeGreaterThan(150);
    expect(releasedBy(partition)).toBeLessThanOrEqual(320);
  });

  it('goes on after the database was away', async () => {
    const [partition] = partitions as [Partition];
    table.fill(partition, 1);
    table.error = new Error('away');
    start();
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(releasedBy(partition)).toBe(0);
    table.error = undefined;
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(releasedBy(partition)).toBe(1);
  });

  it('ends at once when it is closed, and leaves no timer behind', async () => {
    start();
    await vi.advanceTimersByTimeAsync(SECOND);
    const closed = releaser.close();
    await vi.advanceTimersByTimeAsync(0);
    await closed;
    expect(vi.getTimerCount()).toBe(0);
  });
});
