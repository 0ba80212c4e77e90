import { expect, it } from 'vitest';
import { seededRandom } from '../support/random';
import { killMoments } from './support/kill-moments';
import { KillingField } from './support/killing-field';
import { inLongForm, newSeed } from './support/long-form';
import { onBothEngines } from './support/on-both-engines';
import type { Step } from './support/step-events';

type Steps = readonly [Step, ...Step[]];

const KILLS = inLongForm(10, 100);
const seed = newSeed();

onBothEngines(
  'kill -9 at named moments',
  (on) => {
    it(`after ${KILLS} of them every event has had its one effect, in order (seed ${seed})`, {
      timeout: inLongForm(180_000, 1_800_000),
    }, async () => {
      const delivery = on();
      const { tables } = delivery;
      const random = seededRandom(seed);
      const field = await KillingField.open(delivery);
      const published = new Map<string, number>();
      const next = (key: string): Step => {
        const seq = (published.get(key) ?? 0) + 1;
        published.set(key, seq);
        return { key, seq };
      };

      for (let kill = 0; kill < KILLS; kill++) {
        const moment = killMoments[kill % killMoments.length];
        if (moment === undefined) throw new Error('There are no moments.');
        const key = `K${1 + Math.floor(random() * 5)}`;
        const others = [next('other-1'), next('other-2')];
        // What a replay runs comes after all that was there; so its key has nothing else.
        const steps: Steps =
          moment.occasion === 'replay'
            ? [next(`K-replayed-${kill}`), ...others]
            : [next(key), ...others, next(key)];
        const killed = await field.killAt(moment, steps);
        expect([moment.occasion, killed]).toEqual([moment.occasion, { signal: 'SIGKILL', effects: [] }]);
        await field.goOnAfter(moment, steps);
      }

      const wanted = [...published].map(([key, count]) => [
        key,
        Array.from({ length: count }, (_, index) => index + 1),
      ]);
      expect(await tables.stepsByKey()).toEqual(Object.fromEntries(wanted));
      expect((await tables.letters()).filter(({ status }) => status === 'dead')).toEqual([]);
      expect(await tables.parked()).toEqual([]);
    });
  },
  { partitions: 2 },
);
