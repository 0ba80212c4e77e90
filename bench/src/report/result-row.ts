import { median, rounded, type Spread, spreadOf } from './statistics.ts';

export type Reached = 'none' | 'floor' | 'aim';

/** What a figure is, and what was asked for. */
export interface Measure {
  readonly name: string;
  readonly unit: string;
  /** The peer that the ratio is to. */
  readonly against: string;
  readonly ratio: 'ours/peer' | 'peer/ours';
  /** What floor and aim are compared with. */
  readonly judged: 'ratio' | 'ours';
  readonly better: 'higher' | 'lower';
  readonly floor: number;
  readonly aim: number;
}

/** One value a run, of each side. */
export interface Runs {
  readonly ours: readonly number[];
  readonly control: readonly number[];
  readonly peers: Readonly<Record<string, readonly number[]>>;
}

export interface Surroundings {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, unknown>>;
}

/** One line of `bench/results/<name>.json`; figures are medians over the runs. */
export interface ResultRow extends Surroundings {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly control: number;
  readonly peers: Readonly<Record<string, number>>;
  readonly ratio: number;
  readonly floor: number;
  readonly aim: number;
  readonly reached: Reached;
  readonly spread: {
    readonly ours: Spread;
    readonly control: Spread;
    readonly peers: Readonly<Record<string, Spread>>;
  };
  readonly runs: number;
}

export function resultRow(measure: Measure, runs: Runs, surroundings: Surroundings): ResultRow {
  const ours = median(runs.ours);
  const peers = mapped(runs.peers, median);
  const peer = peers[measure.against];
  if (peer === undefined) throw new Error(`'${measure.name}' has no peer '${measure.against}'.`);
  const ratio = measure.ratio === 'ours/peer' ? ours / peer : peer / ours;
  const { name, unit, against, judged, better, floor, aim } = measure;
  return {
    name,
    unit,
    ours: rounded(ours),
    control: rounded(median(runs.control)),
    peers: mapped(peers, rounded),
    ratio: rounded(ratio),
    floor,
    aim,
    reached: reached(measure, judged === 'ours' ? ours : ratio),
    spread: {
      ours: spreadOf(runs.ours),
      control: spreadOf(runs.control),
      peers: mapped(runs.peers, spreadOf),
    },
    runs: runs.ours.length,
    ...surroundings,
    settings: { against, ratio: measure.ratio, judged, better, ...surroundings.settings },
  };
}

function reached({ better, floor, aim }: Measure, value: number): Reached {
  const enough = (wanted: number) => (better === 'higher' ? value >= wanted : value <= wanted);
  if (enough(aim)) return 'aim';
  return enough(floor) ? 'floor' : 'none';
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
