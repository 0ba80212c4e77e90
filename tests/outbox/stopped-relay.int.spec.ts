import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RELAY_SHARDS } from '@/infrastructure/outbox/outbox.migrations';
import { eventually } from '@/testing/eventually';
import { OutboxField, outboxesUnderTest } from './support/outbox-field';
import type { RelayProcess } from './support/relay-process';
import type { StopMoment } from './support/relay.child';

const LEASE_MS = 1_000;
const AGGREGATES = ['a', 'b', 'c'];
/** Transactions at the same time on each of them. */
const WRITERS = 2;
const AFTER_EACH_CHANGE = 50;

const moments: readonly StopMoment[] = ['rows read', 'append begins', 'append ended'];

describe.each(outboxesUnderTest)('a relay that is stopped past its lease, $name', (under) => {
  describe.skipIf(under.missing)('with the log up', { timeout: 120_000 }, () => {
    let field: OutboxField;

    beforeEach(async () => {
      field = await OutboxField.on(under);
    });

    afterEach(() => field.end());

    const ownsAll = (relay: RelayProcess) =>
      eventually(async () => (await relay.report()).shards === RELAY_SHARDS, {
        what: `${relay.name} to own the shards`,
      });

    it.each(moments)('where "%s", is replaced, and what it does later changes no order', async (moment) => {
      const first = await field.startRelay('first', LEASE_MS);
      await ownsAll(first);
      const second = await field.startRelay('second', LEASE_MS);
      const traffic = new Traffic(field);

      await traffic.goesOnFor(AFTER_EACH_CHANGE);
      await first.stopAt(moment);
      await ownsAll(second);
      expect(first.isStopped).toBe(true);
      await traffic.goesOnFor(AFTER_EACH_CHANGE);
      await eventually(async () => (await field.waiting()) < AFTER_EACH_CHANGE, {
        what: 'the second relay to move rows',
      });
      first.goOn();
      await traffic.goesOnFor(AFTER_EACH_CHANGE);
      const counts = await traffic.end();
      await eventually(async () => (await field.waiting()) === 0);
      // It is a relay like any other again: the second one gone, it takes over.
      await second.end();
      await ownsAll(first);

      // Only what was on its way to a log outside of the transaction goes out once more.
      const repeats = under.apart && moment !== 'rows read';
      const { repeated } = await first.report();
      expect(repeated > 0).toBe(repeats);
      const told = await field.numbers();
      for (const [key, count] of Object.entries(counts)) {
        const wanted = Array.from({ length: count }, (_, index) => index + 1);
        expect([...new Set(told[key])]).toEqual(wanted);
        if (!repeats) expect(told[key]).toEqual(wanted);
      }
    });
  });
});

/** Transactions that overlap, on few aggregates, one after another for each writer. */
class Traffic {
  private readonly counts: Record<string, number> = {};
  private ended = false;
  private readonly writers: Promise<void>[];

  constructor(private readonly field: OutboxField) {
    this.writers = AGGREGATES.flatMap((key) => Array.from({ length: WRITERS }, () => this.write(key)));
  }

  async goesOnFor(commits: number): Promise<void> {
    const before = this.total;
    await eventually(() => this.total >= before + commits, { what: 'the writers to go on' });
  }

  async end(): Promise<Readonly<Record<string, number>>> {
    this.ended = true;
    await Promise.all(this.writers);
    return this.counts;
  }

  private get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  private async write(key: string): Promise<void> {
    while (!this.ended) {
      await this.field.publishNext(key, async () => turn());
      this.counts[key] = (this.counts[key] ?? 0) + 1;
    }
  }
}
