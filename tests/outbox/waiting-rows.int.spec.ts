import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { inLongForm } from '../promises/support/long-form';
import { OutboxField, outboxesUnderTest } from './support/outbox-field';

const ROWS = inLongForm(100_000, 1_000_000);
const VALUE_BYTES = inLongForm(4_000, 1_000);
const FEW = 5_000;
const LEASE_MS = 5_000;
/** More than for the few, garbage included. The values of all rows alone are 400 MB, or 1,000. */
const MOST_MORE_MB = 200;

describe.each(outboxesUnderTest)('rows that wait, $name', (under) => {
  describe.skipIf(under.missing)('with the log up', { timeout: inLongForm(120_000, 900_000) }, () => {
    let field: OutboxField;

    beforeEach(async () => {
      field = await OutboxField.on(under);
    });

    afterEach(() => field.end());

    it(`are relayed in bounded memory, also where they are ${ROWS}`, async () => {
      await field.fill(FEW, VALUE_BYTES);
      const relay = await field.startRelay('relay', LEASE_MS);
      await eventually(async () => (await field.waiting()) === 0, { withinMs: 30_000 });
      const { mostRssMb: forFew } = await relay.report();

      await field.fill(ROWS, VALUE_BYTES);
      expect(await field.waiting()).toBeGreaterThan(ROWS / 2);
      await eventually(async () => (await field.waiting()) === 0, {
        withinMs: inLongForm(100_000, 800_000),
        what: 'the rows to be relayed',
      });
      expect(await field.inTopic()).toBe(FEW + ROWS);
      const { mostRssMb, repeated } = await relay.report();
      expect(repeated).toBe(0);
      expect(mostRssMb - forFew).toBeLessThan(MOST_MORE_MB);
    });
  });
});
