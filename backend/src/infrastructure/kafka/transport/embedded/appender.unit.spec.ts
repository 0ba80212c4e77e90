import { describe, expect, it } from 'vitest';
import { LogUnavailableError, RecordTooLargeError, TransportClosedError } from '../transport.errors';
import type { OutgoingRecord, Position } from '../transport.port';
import { Appender, type AppenderDoors } from './appender';
import { type PlacedRecord, placeRecord } from './placed-record';

const record = (text: string): OutgoingRecord => ({
  topic: 'orders',
  key: null,
  value: Buffer.from(text),
  headers: [],
});
const texts = (batch: readonly PlacedRecord[]): string[] => batch.map(({ value }) => value?.toString() ?? '');

/** A log of one partition whose writes end when the test says so. */
class HeldLog implements AppenderDoors {
  readonly batches: string[][] = [];
  private next = 0n;
  private readonly gates: { open(): void; fail(error: Error): void }[] = [];
  learning: Promise<void> | undefined;
  refuse: string | undefined;

  place(records: readonly OutgoingRecord[]): PlacedRecord[] {
    return records.map((one) => {
      if (one.value?.toString() === this.refuse) throw new RecordTooLargeError('too large');
      return placeRecord(one, 0);
    });
  }

  learn(): Promise<void> | undefined {
    return this.learning;
  }

  async write(records: readonly PlacedRecord[]): Promise<Position[]> {
    this.batches.push(texts(records));
    await new Promise<void>((open, fail) => this.gates.push({ open, fail }));
    return records.map(() => ({ topic: 'orders', partition: 0, offset: this.next++ }));
  }

  async finish(): Promise<void> {
    (await this.gate()).open();
  }

  async fail(error: Error): Promise<void> {
    (await this.gate()).fail(error);
  }

  private async gate() {
    for (;;) {
      const gate = this.gates.shift();
      if (gate) return gate;
      await Promise.resolve();
    }
  }
}

describe('the appender', () => {
  it('sends at once when idle, and together what came meanwhile', async () => {
    const log = new HeldLog();
    const appender = new Appender(log);
    const first = appender.append([record('1')]);
    await log.finish();
    await first;
    const second = appender.append([record('2')]);
    await Promise.resolve();
    await Promise.resolve();
    const others = ['3', '4', '5'].map((text) => appender.append([record(text)]));
    await log.finish();
    await second;
    await log.finish();
    const offsets = (await Promise.all(others)).map(([position]) => position?.offset);
    expect(log.batches).toEqual([['1'], ['2'], ['3', '4', '5']]);
    expect(offsets).toEqual([2n, 3n, 4n]);
  });

  it('shares a batch between calls made side by side', async () => {
    const log = new HeldLog();
    const appender = new Appender(log);
    const both = Promise.all([appender.append([record('1')]), appender.append([record('2')])]);
    await log.finish();
    await both;
    expect(log.batches).toEqual([['1', '2']]);
  });

  it('splits what is more than a batch, and answers in the order of the records', async () => {
    const log = new HeldLog();
    const appender = new Appender(log);
    const many = appender.append(Array.from({ length: 2_500 }, (_, index) => record(String(index))));
    for (let batch = 0; batch < 3; batch += 1) await log.finish();
    expect((await many).map(({ offset }) => Number(offset))).toEqual(
      Array.from({ length: 2_500 }, (_, i) => i),
    );
    expect(log.batches.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  it('keeps the order of calls while a topic is looked up', async () => {
    const log = new HeldLog();
    const appender = new Appender(log);
    let known = () => {};
    log.learning = new Promise((resolve) => {
      known = resolve;
    });
    const first = appender.append([record('1')]);
    await Promise.resolve();
    await Promise.resolve();
    log.learning = undefined;
    const second = appender.append([record('2')]);
    known();
    await log.finish();
    await first;
    await log.finish();
    await second;
    expect(log.batches.flat()).toEqual(['1', '2']);
  });

  it('refuses one call without touching its neighbours', async () => {
    const log = new HeldLog();
    const appender = new Appender(log);
    log.refuse = 'bad';
    const calls = [
      appender.append([record('1')]),
      appender.append([record('bad')]),
      appender.append([record('3')]),
    ];
    const settled = Promise.allSettled(calls);
    await log.finish();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('writes the calls of a refused batch alone', async () => {
    const log = new HeldLog();
    const appender = new Appender(log);
    const settled = Promise.allSettled([appender.append([record('1')]), appender.append([record('2')])]);
    await log.fail(new Error('constraint'));
    await log.fail(new Error('constraint'));
    await log.finish();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(log.batches).toEqual([['1', '2'], ['1'], ['2']]);
  });

  it('tells all that wait when the log does not answer, and goes on afterwards', async () => {
    const log = new HeldLog();
    const appender = new Appender(log);
    const first = appender.append([record('1')]);
    await Promise.resolve();
    await Promise.resolve();
    const second = appender.append([record('2')]);
    const settled = Promise.allSettled([first, second]);
    await log.fail(new LogUnavailableError('away'));
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const third = appender.append([record('3')]);
    await log.finish();
    await third;
    expect(log.batches).toEqual([['1'], ['3']]);
  });

  it('waits for what is under way when it closes, and takes nothing more', async () => {
    const log = new HeldLog();
    const appender = new Appender(log);
    const last = appender.append([record('1')]);
    const closing = appender.close();
    await expect(appender.append([record('2')])).rejects.toBeInstanceOf(TransportClosedError);
    await log.finish();
    await closing;
    await last;
  });

  it('refuses more than it may hold in memory', async () => {
    const log = new HeldLog();
    const appender = new Appender(log);
    const big = { ...record(''), value: Buffer.alloc(100 * 1024 * 1024) };
    const first = appender.append([big]);
    await expect(appender.append([big])).rejects.toBeInstanceOf(LogUnavailableError);
    await log.finish();
    await first;
  });
});
