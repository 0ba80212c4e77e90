import type { Lab } from '../harness/lab.ts';
import type { Measured } from '../harness/side.ts';
import type { Measure, Runs } from '../report/result-row.ts';

/** One figure: what was measured, and how it came about. */
export interface Finding {
  readonly measure: Measure;
  readonly runs: Runs;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Bench {
  readonly name: string;
  /** One sentence: what is compared. */
  readonly about: string;
  /** It fails when it takes longer; default 1. */
  readonly minutesPerRun?: number;
  run(lab: Lab): Promise<readonly Finding[]>;
}

/** The module's shipped settings, under which all of ours runs. */
export const SHIPPED = {
  compression: 'gzip',
  idempotent: true,
  maxInFlight: 1,
  inbox: true,
  replicas: 3,
} as const;

export const valuesOf = (measured: readonly Measured[], name: string): number[] =>
  measured.map((one) => {
    const value = one[name];
    if (value === undefined) throw new Error(`A side did not measure '${name}'.`);
    return value;
  });

export const perSecond = ({ perSecond = 0 }: Measured): string =>
  `${Math.round(perSecond).toLocaleString('en')} events/s`;

export const inSeconds = ({ ms = 0 }: Measured): string => `${(ms / 1_000).toFixed(3)} s`;
