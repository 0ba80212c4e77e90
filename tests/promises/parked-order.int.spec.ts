import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import type { Delivery } from './support/delivery-on';
import { FOR_EVER } from './support/effect-tables';
import { onBothEngines } from './support/on-both-engines';

const steps = { name: 'steps', options: { retry: { firstDelayMs: 5, longestDelayMs: 20 } } };

const states = async (delivery: Delivery) =>
  (await delivery.tables.parked()).map(({ key, state, attempts }) => [key, state, attempts]);

onBothEngines(
  'a failing event holds its own key and no other',
  (on) => {
    it('K1 fails and parks; the next K1 parks behind it; K2 flows; K1 succeeds, then its successor runs', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      await delivery.start('worker', [steps]);
      await tables.plan([{ handler: 'steps', key: 'K1', seq: 1, fails: 1 }]);
      await tables.holdParked();
      await publisher.publish([{ key: 'K1', seq: 1 }]);
      await eventually(async () => (await states(delivery)).length === 1, { what: 'K1 to park' });
      expect(await states(delivery)).toEqual([['K1', 'waiting', 1]]);
      expect(await tables.struck('steps')).toBeGreaterThan(0);

      await publisher.publish([
        { key: 'K1', seq: 2 },
        { key: 'K2', seq: 1 },
      ]);
      await eventually(async () => (await states(delivery)).length === 2, { what: 'the next K1 to park' });
      expect(await states(delivery)).toEqual([
        ['K1', 'waiting', 1],
        ['K1', 'behind', 0],
      ]);
      await eventually(async () => (await tables.stepsByKey())['K2'], { what: 'K2 to flow' });
      expect(await tables.stepsByKey()).toEqual({ K2: [1] });

      await tables.runParked();
      await tables.quiet();
      expect(await tables.stepsByKey()).toEqual({ K1: [1, 2], K2: [1] });
      const effects = await tables.effects();
      expect(effects.filter(({ key }) => key === 'K1').map(({ attempt }) => attempt)).toEqual([2, 1]);
      expect(await tables.parked()).toEqual([]);
    });

    it('holds back the other types of its key too', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      await delivery.start('worker', [steps, { ...steps, name: 'told', eventType: 'step.told' }]);
      await tables.plan([{ handler: 'steps', key: 'K1', seq: 1, fails: 1 }]);
      await tables.holdParked();
      await publisher.publish([
        { key: 'K1', seq: 1 },
        { key: 'K1', seq: 2, eventType: 'step.told' },
        { key: 'K2', seq: 1, eventType: 'step.told' },
      ]);
      await eventually(async () => (await states(delivery)).length === 2);
      await eventually(async () => (await tables.stepsByKey())['K2']);
      expect(await tables.stepsByKey()).toEqual({ K2: [1] });
      await tables.runParked();
      await tables.quiet();
      expect(await tables.stepsByKey()).toEqual({ K1: [1, 2], K2: [1] });
    });

    it('after a death that waits, its key stands still until a person skips it; retried, it runs first', async () => {
      const delivery = on();
      const { tables, publisher, operator } = delivery;
      await delivery.start('worker', [
        { ...steps, options: { retry: { attempts: 2, firstDelayMs: 5 }, onDead: 'wait' } },
      ]);
      await tables.plan([
        { handler: 'steps', key: 'K1', seq: 1, fails: FOR_EVER },
        { handler: 'steps', key: 'K2', seq: 1, fails: FOR_EVER },
      ]);
      await publisher.publish([1, 2, 3].flatMap((seq) => ['K1', 'K2', 'K3'].map((key) => ({ key, seq }))));
      const [first, second] = [await operator.dead('K1'), await operator.dead('K2')];
      await tables.quiet();
      expect(await tables.stepsByKey()).toEqual({ K3: [1, 2, 3] });
      expect([first.attempts, second.attempts]).toEqual([2, 2]);

      await tables.plan([{ handler: 'steps', key: 'K1', seq: 1, fails: 0 }]);
      await operator.retry(first);
      await operator.skip(second);
      await eventually(async () => (await tables.parked()).length === 0, { what: 'both keys to go on' });
      expect(await tables.stepsByKey()).toEqual({ K1: [1, 2, 3], K2: [2, 3], K3: [1, 2, 3] });
      const statuses = (await tables.letters()).map(({ key, status }) => [key, status]);
      expect(statuses).toEqual(
        expect.arrayContaining([
          ['K1', 'resolved'],
          ['K2', 'skipped'],
        ]),
      );
    });

    it('after a death that flows, the rest of the key runs at once', async () => {
      const delivery = on();
      const { tables, publisher, operator } = delivery;
      await delivery.start('worker', [
        { ...steps, options: { retry: { attempts: 2, firstDelayMs: 5 }, onDead: 'flow' } },
      ]);
      await tables.plan([{ handler: 'steps', key: 'K1', seq: 1, fails: FOR_EVER }]);
      await publisher.publish([1, 2, 3].map((seq) => ({ key: 'K1', seq })));
      await tables.quiet();
      expect(await operator.dead('K1')).toMatchObject({ status: 'dead', attempts: 2 });
      expect(await tables.stepsByKey()).toEqual({ K1: [2, 3] });
      expect(await tables.parked()).toEqual([]);
    });
  },
  { partitions: 1 },
);
