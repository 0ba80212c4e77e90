import type { Measured } from '../harness/side.ts';
import { type Bench, type Finding, valuesOf } from './bench.ts';
import { DBOS_PEER, HOPS_CONTROL, ORDER_LOAD, orderRounds } from './order-load.ts';

export const orderStatements: Bench = {
  name: 'order-statements',
  about: 'What an order costs PostgreSQL, beside durable steps that do nothing',
  minutesPerRun: 2,
  async run(lab) {
    const measured = await orderRounds(lab, { counting: true }, costOf);
    const finding = (name: string, what: 'statements' | 'commits'): Finding => ({
      measure: {
        name,
        unit: what,
        against: DBOS_PEER,
        ratio: 'ours/peer',
        judged: 'ours',
        better: 'lower',
        floor: 60,
        aim: 15,
      },
      runs: {
        ours: valuesOf(measured.ours, what),
        control: valuesOf(measured.control, what),
        peers: { [DBOS_PEER]: valuesOf(measured.peer, what) },
      },
      settings: {
        ...ORDER_LOAD,
        ours: 'all of the shop, its timers and polling included, by the orders completed in that time',
        statements: 'calls of pg_stat_statements, begin and commit included',
        commits: 'xact_commit of pg_stat_database',
        control: HOPS_CONTROL,
      },
    });
    return [
      finding('SQL statements per order, embedded engine', 'statements'),
      finding('commits per order, embedded engine', 'commits'),
    ];
  },
};

const costOf = ({ statements = 0, commits = 0, perSecond = 0, ...rest }: Measured): string =>
  [
    `${statements.toFixed(1)} statements and ${commits.toFixed(1)} commits each at ${perSecond.toFixed(0)}/s`,
    ...(rest['sent'] === undefined ? [] : [`${rest['sent'].toFixed(1)} counted where they are sent`]),
    ...(rest['idlePerSecond'] === undefined
      ? []
      : [`${rest['idlePerSecond'].toFixed(0)} statements/s without orders`]),
    ...(rest['deadlocks'] ? [`${rest['deadlocks']} deadlocks`] : []),
  ].join(', ');
