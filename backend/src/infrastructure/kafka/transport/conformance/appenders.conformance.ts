import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import type { EventTransport } from '../transport.port';
import type { ConformanceSuite } from './support/conformance-suite';
import { numbered, offsetsOf, outgoing, range, text } from './support/records';

const ENOUGH = 300;

export function appendersConformance(suite: ConformanceSuite): void {
  describe('several appenders', () => {
    it('leave no gap and no late-visible record, from two processes at once', async () => {
      const topic = await suite.topic();
      const second = await suite.secondProcess();
      const tail = new Tail(await suite.open(), topic);

      await second.keepAppending([outgoing(topic, { value: 'second process', partition: 0 })]);
      const first = keepAppending(suite.transport, topic);
      await tail.follow(() => tail.of('first process') >= ENOUGH && tail.of('second process') >= ENOUGH);
      const acknowledged = (await first.stop()) + (await second.stopAppending());
      await tail.follow(() => tail.records.length >= acknowledged);

      expect(offsetsOf(tail.records)).toEqual(range(0n, acknowledged));
      expect(offsetsOf(await suite.readAll({ topic, partition: 0 }))).toEqual(range(0n, acknowledged));
    });

    it('leave no gap when one of them is stopped in the middle and goes on later', async () => {
      const topic = await suite.topic();
      const second = await suite.secondProcess();
      const tail = new Tail(await suite.open(), topic);

      await second.keepAppending(numbered(topic, 0, 20, 'second process '));
      await tail.follow(() => tail.records.length >= ENOUGH);
      second.signal('SIGSTOP');
      await suite.transport.append([outgoing(topic, { value: 'while stopped', partition: 0 })]);
      await tail.follow(() => tail.records.some((record) => text(record) === 'while stopped'));
      const first = keepAppending(suite.transport, topic);
      const before = tail.records.length;
      await tail.follow(() => tail.records.length >= before + ENOUGH);
      // The one append that was on its way when it was stopped may still arrive, and no other.
      const whileStopped = tail.records.slice(before).filter((record) => text(record)?.startsWith('second'));
      expect(whileStopped.length).toBeLessThanOrEqual(1);

      second.signal('SIGCONT');
      const resumed = tail.records.length;
      await tail.follow(() =>
        tail.records.slice(resumed).some((record) => text(record)?.startsWith('second')),
      );
      const acknowledged = (await first.stop()) + (await second.stopAppending()) + 1;
      await tail.follow(() => tail.records.length >= acknowledged);
      expect(offsetsOf(tail.records)).toEqual(range(0n, tail.records.length));
      expect(offsetsOf(await suite.readAll({ topic, partition: 0 }))).toEqual(offsetsOf(tail.records));
    });

    it('lose nothing that was acknowledged when one of them is killed', async () => {
      const topic = await suite.topic();
      const second = await suite.secondProcess();
      const tail = new Tail(await suite.open(), topic);

      await second.keepAppending(numbered(topic, 0, 1_000, 'second process '));
      await tail.follow(() => tail.records.length >= ENOUGH);
      second.signal('SIGKILL');
      expect((await second.exited).signal).toBe('SIGKILL');
      const [position] = await suite.transport.append([outgoing(topic, { value: 'after', partition: 0 })]);
      await tail.follow(() => tail.records.at(-1)?.offset === position?.offset);
      expect(offsetsOf(tail.records)).toEqual(range(0n, tail.records.length));
      expect(tail.records.at(-1)?.value?.toString()).toBe('after');
    });
  });
}

/** A reader who always reads to the end: a record that becomes visible behind him is one he never gets. */
class Tail {
  readonly records: Awaited<ReturnType<EventTransport['read']>>['records'][number][] = [];
  private offset = 0n;

  constructor(
    private readonly transport: EventTransport,
    private readonly topic: string,
  ) {}

  of(value: string): number {
    return this.records.filter((record) => text(record) === value).length;
  }

  async follow(until: () => boolean): Promise<void> {
    await eventually(
      async () => {
        const from = { topic: this.topic, partition: 0, offset: this.offset };
        const batch = await this.transport.read({ from, limit: 1_000, maxBytes: 1_000_000 });
        this.records.push(...batch.records);
        this.offset = batch.nextOffset;
        return until();
      },
      { withinMs: 30_000, what: 'the tail to get that far' },
    );
  }
}

function keepAppending(transport: EventTransport, topic: string): { stop(): Promise<number> } {
  let stopping = false;
  const appending = (async () => {
    let acknowledged = 0;
    while (!stopping) {
      await transport.append([outgoing(topic, { value: 'first process', partition: 0 })]);
      acknowledged += 1;
    }
    return acknowledged;
  })();
  return {
    stop: () => {
      stopping = true;
      return appending;
    },
  };
}
