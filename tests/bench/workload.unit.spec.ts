import { describe, expect, it } from 'vitest';
import { Witness } from '../../bench/src/workload/witness.ts';
import { longestLaneMs, type Workload, workloadOf } from '../../bench/src/workload/workload.ts';

const SETTINGS = { count: 5_000, keys: 20, seed: 2, longestMs: 5 };

describe('workload of a bench', () => {
  it('is the same for the same settings, and another for another seed', () => {
    expect(workloadOf(SETTINGS)).toEqual(workloadOf(SETTINGS));
    expect(workloadOf({ ...SETTINGS, seed: 3 }).keyOf).not.toEqual(workloadOf(SETTINGS).keyOf);
  });

  it('numbers the events of each key, and spreads durations over the whole milliseconds asked for', () => {
    const { keyOf, placeOf, durationOf } = workloadOf(SETTINGS);
    for (let key = 0; key < SETTINGS.keys; key += 1) {
      const places = [...placeOf].filter((_, index) => keyOf[index] === key);
      expect(places).toEqual(places.map((_, index) => index));
    }
    expect([...new Set(durationOf)].toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('knows its longest lane', () => {
    const workload = { keyOf: Int32Array.of(1, 2, 1), durationOf: Int32Array.of(3, 5, 4) } as Workload;
    expect(longestLaneMs(workload)).toBe(7);
  });
});

describe('witness of a run', () => {
  /** Keys 0 and 1: events 0, 2 and 3 are those of key 0. */
  const workload: Workload = {
    count: 4,
    keys: 2,
    seed: 0,
    keyOf: Int32Array.of(0, 1, 0, 0),
    placeOf: Int32Array.of(0, 0, 1, 2),
    durationOf: new Int32Array(4),
  };
  const handle = (witness: Witness, index: number) => {
    witness.started(index);
    witness.ended(index);
  };

  it('is content when each event came once and in the order of its key', async () => {
    const witness = new Witness(workload);
    for (const index of [1, 0, 2, 3]) handle(witness, index);
    await expect(witness.all).resolves.toBeUndefined();
    expect(witness.finished).toBe(4);
  });

  it('may be content with the first ones', async () => {
    const witness = new Witness(workload, 2);
    for (const index of [0, 1]) handle(witness, index);
    await expect(witness.all).resolves.toBeUndefined();
  });

  it.each([
    ['out of order', [0, 3], 'too early'],
    ['a second time', [0, 0], 'twice'],
    ['that nobody published', [9], 'never published'],
  ])('names an event %s', async (_, order, message) => {
    const witness = new Witness(workload);
    for (const index of order) handle(witness, index);
    await expect(witness.all).rejects.toThrow(message);
  });

  it('names two of a key at once', async () => {
    const witness = new Witness(workload);
    witness.started(0);
    witness.started(2);
    await expect(witness.all).rejects.toThrow('at once');
  });
});
