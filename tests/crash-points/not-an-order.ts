export interface Rule {
  readonly matches: RegExp;
  readonly why: string;
}

/**
 * Crossings that no order waits for, and why. One inside of a handler or of an append is named whole; a rule that
 * matches nothing fails the spec.
 */
const RULES: readonly Rule[] = [
  { matches: /^commit: migrate\.[A-Za-z]+$/, why: 'tables are made before anything is accepted' },
  { matches: /^commit: EmbeddedAdmin\.createTopics$/, why: 'topics are made before anything is accepted' },
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
  },
  { matches: /^commit: job-lease\.claimJob$/, why: "looks for an operator's bulk job" },
  {
    matches: /^commit: InboxWeeks\.[A-Za-z]+$/,
    why: 'partitions of the inbox for weeks to come, and of long ago',
  },
  { matches: /^commit: AnalyticsRepository\.removeOld$/, why: 'counters of long ago' },
];

export const ruleFor = (name: string): Rule | undefined => RULES.find(({ matches }) => matches.test(name));

/** Rules that none of these names needs. */
export const idleRules = (names: Iterable<string>): readonly Rule[] => {
  const all = [...names];
  return RULES.filter(({ matches }) => !all.some((name) => matches.test(name)));
};
