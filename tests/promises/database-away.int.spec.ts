import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { Delivery } from './support/delivery-on';
import { enginesUnderTest } from './support/engines';
import { OwnPostgres } from './support/own-postgres';

const steps = { name: 'steps', options: { retry: { attempts: 3, firstDelayMs: 20, longestDelayMs: 100 } } };
const KEYS = Array.from({ length: 40 }, (_, index) => `K${index + 1}`);
const wave = (seq: number) => KEYS.map((key) => ({ key, seq }));

describe.each(enginesUnderTest)('while PostgreSQL is away, $engine', (under) => {
  describe.skipIf(under.missing)('with a server of its own', () => {
    let postgres: OwnPostgres;
    let delivery: Delivery;

    beforeEach(async () => {
      postgres = await OwnPostgres.start();
      delivery = await Delivery.on(under, { databaseUrl: postgres.url });
    });

    afterEach(async () => {
      await delivery?.end();
      await postgres?.remove();
    });

    it('everything pauses, nothing is dropped or given up, and it goes on by itself', async () => {
      const { tables, publisher } = delivery;
      await delivery.start('worker', [steps]);
      // The last run of these is still to come when the server goes.
      await tables.plan(KEYS.slice(0, 10).map((key) => ({ handler: 'steps', key, seq: 1, fails: 2 })));
      await tables.holdParked();
      await publisher.publish(wave(1));
      await eventually(async () => (await tables.parked()).length === 10);
      await publisher.publish(wave(2));
      await tables.rows('drop trigger hold_parked on parked');
      await tables.rows(
        `update parked set due_at = clock_timestamp() + interval '1 second' where state = 'waiting'`,
      );
      await postgres.stop();
      await expect(tables.rows('select 1')).rejects.toBeInstanceOf(Error);
      // With a log elsewhere, events go on coming and find nobody to remember them.
      if (under.engine === 'kafka') await publisher.publish(wave(3));
      else
        await expect(publisher.publish([{ key: 'K1', seq: 3 }])).rejects.toMatchObject({ retryable: true });

      await postgres.startAgain();
      await eventually(async () => tables.rows('select 1'), { what: 'the server to be back' });
      const last = under.engine === 'kafka' ? 4 : 3;
      await eventually(() => publisher.publish(wave(last)).then(() => true), { what: 'the log to be back' });
      await tables.quiet(45_000);
      const wanted = Array.from({ length: last }, (_, index) => index + 1);
      expect(await tables.stepsByKey()).toEqual(Object.fromEntries(KEYS.map((key) => [key, wanted])));
      expect(await tables.letters()).toEqual([]);
    });
  });
});
