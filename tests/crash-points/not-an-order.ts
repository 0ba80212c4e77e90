import type { Engine } from './crash-point';

export interface Rule {
  readonly matches: RegExp;
  readonly why: string;
  /** Absent: on both engines. */
  readonly engine?: Engine;
}

/**
 * Crossings that no order waits for, and why. One inside of a handler or of an append is named whole; a rule that
 * matches nothing fails the spec.
 */
const RULES: readonly Rule[] = [
  { matches: /^commit: migrate\.[A-Za-z]+$/, why: 'tables are made before anything is accepted' },
  {
    matches: /^commit: EmbeddedAdmin\.createTopics$/,
    why: 'topics are made before anything is accepted',
    engine: 'embedded',
  },
  { matches: /^commit: CatalogueSeeder\.[A-Za-z]+$/, why: 'the first catalogue of a new shop' },
  {
    matches: /^commit: PostgresDeliveryStore\.together of (cart|inventory)\.on-product-created\b/,
    why: 'the catalogue is announced',
  },
  {
    matches: /^commit: PostgresDeliveryStore\.together of order\.catalogue$/,
    why: 'the catalogue is announced',
  },
  { matches: / appends to (product|user)-events$/, why: 'the catalogue, or a customer who comes' },
  { matches: /^commit: AccountsService\.[A-Za-z]+$/, why: 'customers come and sign in' },
  {
    matches: /^commit: (EmbeddedMember\.join|GroupStore\.signsOfLife)$/,
    why: 'leases of group members; the fence decides what they may do',
    engine: 'embedded',
  },
  { matches: /^commit: job-lease\.claimJob$/, why: "looks for an operator's bulk job" },
  {
    matches: /^commit: InboxWeeks\.[A-Za-z]+$/,
    why: 'partitions of the inbox for weeks to come, and of long ago',
  },
  { matches: /^commit: AnalyticsRepository\.removeOld$/, why: 'counters of long ago' },
];

export const ruleFor = (name: string): Rule | undefined => RULES.find(({ matches }) => matches.test(name));

/** Rules for the engine that none of these names needs. */
export const idleRules = (names: Iterable<string>, engine: Engine): readonly Rule[] => {
  const all = [...names];
  return RULES.filter(
    (rule) => (rule.engine ?? engine) === engine && !all.some((name) => rule.matches.test(name)),
  );
};
