/** What has to happen for the moment to come. */
export type Occasion =
  | 'effect'
  | 'park'
  | 'second run'
  | 'death'
  | 'act of a person'
  | 'rebalance'
  | 'replay';

export interface KillMoment {
  readonly occasion: Occasion;
  readonly gate: number;
  readonly table: 'effects' | 'parked' | 'dead_letters' | 'progress';
  readonly on: 'insert' | 'update';
  readonly when: string;
}

const ofKilledKey = `new.key like 'K%'`;

/** Each lies inside a transaction, right after the row that it is about was written and before the commit. */
export const killMoments: readonly KillMoment[] = [
  { occasion: 'effect', gate: 1, table: 'effects', on: 'insert', when: ofKilledKey },
  {
    ...{ occasion: 'park', gate: 2, table: 'parked', on: 'insert' },
    when: `new.state = 'waiting' and new.attempts > 0`,
  },
  {
    occasion: 'second run',
    gate: 3,
    table: 'effects',
    on: 'insert',
    when: `${ofKilledKey} and new.attempt > 1`,
  },
  { occasion: 'death', gate: 4, table: 'dead_letters', on: 'insert', when: `new.status = 'dead'` },
  { occasion: 'act of a person', gate: 5, table: 'effects', on: 'insert', when: ofKilledKey },
  { occasion: 'rebalance', gate: 6, table: 'progress', on: 'update', when: 'new.epoch > old.epoch' },
  { occasion: 'replay', gate: 7, table: 'effects', on: 'insert', when: ofKilledKey },
];
