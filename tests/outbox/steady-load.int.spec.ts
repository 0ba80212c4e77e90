import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { inLongForm } from '../promises/support/long-form';
import { OutboxField, outboxesUnderTest } from './support/outbox-field';

const LOAD = inLongForm({ perSecond: 4_000, seconds: 20 }, { perSecond: 1_000, seconds: 600 });
const TICK_MS = 20;
const VALUE_BYTES = 500;
const LEASE_MS = 5_000;
/** Table and index. Without anybody who makes room, the rows of the short form take twice as much. */
const MOST_MB = 32;

describe.each(outboxesUnderTest)('an outbox under a steady load, $name', (under) => {
  describe.skipIf(under.missing)('with the log up', { timeout: (LOAD.seconds + 60) * 1_000 }, () => {
    let field: OutboxField;

    beforeEach(async () => {
      field = await OutboxField.on(under);
    });

    afterEach(() => field.end());

    const megabytes = async () => {
      const row = await field.database.row<{ bytes: string }>(
        sql`select pg_total_relation_size('outbox') as bytes`,
      );
      return Number(row?.bytes) / 1_048_576;
    };

    it(`stays small for ${LOAD.seconds} s at ${LOAD.perSecond} events/s`, async () => {
      await field.startRelay('relay', LEASE_MS);
      const sizes: number[] = [];
      const begun = performance.now();
      let written = 0;
      for (let seconds = 0; seconds < LOAD.seconds; seconds = (performance.now() - begun) / 1_000) {
        const due = Math.floor(seconds * LOAD.perSecond) - written;
        if (due > 0) await field.fill(due, VALUE_BYTES);
        written += Math.max(0, due);
        sizes.push(await megabytes());
        await delay(TICK_MS);
      }
      await eventually(async () => (await field.waiting()) === 0);
      expect(written).toBeGreaterThan(LOAD.perSecond * LOAD.seconds * 0.9);
      expect(await field.inTopic()).toBe(written);
      expect(Math.max(...sizes)).toBeLessThan(MOST_MB);
    });
  });
});
