import { describe, expect, it } from 'vitest';
import { benchmarksPage } from '../../bench/src/report/page.ts';
import { type Measure, resultRow } from '../../bench/src/report/result-row.ts';
import { terminalTable } from '../../bench/src/report/table.ts';

const RATE: Measure = {
  name: 'events by hand',
  unit: 'events/s',
  against: 'peer',
  ratio: 'ours/peer',
  judged: 'ratio',
  better: 'higher',
  floor: 3,
  aim: 6,
};
const surroundings = { settings: { keys: 20 }, versions: { node: '24' }, machine: { cores: 2 } };
const row = (measure: Measure, ours: number[], peer: number[]) =>
  resultRow(measure, { ours, control: [1_000], peers: { peer, other: [1] } }, surroundings);

describe('row of a bench', () => {
  it('has the medians, the ratio of them, and the spread of each side', () => {
    expect(row(RATE, [400, 300, 500], [90, 100, 110])).toEqual({
      name: 'events by hand',
      unit: 'events/s',
      ours: 400,
      control: 1_000,
      peers: { peer: 100, other: 1 },
      ratio: 4,
      floor: 3,
      aim: 6,
      reached: 'floor',
      spread: {
        ours: { min: 300, max: 500 },
        control: { min: 1_000, max: 1_000 },
        peers: { peer: { min: 90, max: 110 }, other: { min: 1, max: 1 } },
      },
      runs: 3,
      settings: { against: 'peer', ratio: 'ours/peer', judged: 'ratio', better: 'higher', keys: 20 },
      versions: { node: '24' },
      machine: { cores: 2 },
    });
  });

  it.each([
    [299, 'none'],
    [300, 'floor'],
    [599, 'floor'],
    [600, 'aim'],
  ] as const)('of a ratio that should be high: %d to 100 is %s', (ours, reached) => {
    expect(row(RATE, [ours], [100]).reached).toBe(reached);
  });

  it.each([
    [1.31, 'none'],
    [1.3, 'floor'],
    [1.16, 'floor'],
    [1.15, 'aim'],
  ] as const)('of a ratio that should be low: %d is %s', (ours, reached) => {
    const measure: Measure = { ...RATE, better: 'lower', floor: 1.3, aim: 1.15 };
    expect(row(measure, [ours], [1]).reached).toBe(reached);
  });

  it('of a figure that is judged by itself compares that, and the ratio may be the other way', () => {
    const measure: Measure = {
      ...RATE,
      unit: 's',
      judged: 'ours',
      ratio: 'peer/ours',
      better: 'lower',
      floor: 2,
      aim: 0.5,
    };
    expect(row(measure, [1], [2])).toMatchObject({ ratio: 2, reached: 'floor' });
    expect(row(measure, [0.5], [2])).toMatchObject({ ratio: 4, reached: 'aim' });
    expect(row(measure, [2.1], [2]).reached).toBe('none');
  });

  it('needs the peer it is compared with', () => {
    expect(() => row({ ...RATE, against: 'nobody' }, [1], [1])).toThrow("no peer 'nobody'");
  });

  it('is shown ratio first, with its spread, in the terminal and on the page', () => {
    const found = [row(RATE, [400, 300, 500], [100])];
    const line = terminalTable(found).split('\n')[1];
    expect(line).toMatch(/^4x\s+events by hand\s+400 events\/s \(300 to 500\)\s+peer: 100 events\/s\s/);
    expect(line).toMatch(/3x\s+6x\s+floor$/);
    expect(benchmarksPage(new Map([['by-hand', found]]))).toContain('| 4x | events by hand | 400 events/s');
  });
});
