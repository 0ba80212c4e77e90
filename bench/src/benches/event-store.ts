import type { Lab } from '../harness/lab.ts';
import { type Bench, type Finding, perSecond, valuesOf } from './bench.ts';

const ORDERS = 15_000;
const EVENTS_PER_ORDER = 6;
const TOGETHER = { append: 500, read: 1_000 } as const;

const ABOUT = {
  append: {
    name: 'event store, append',
    peer: 'a bare batched insert',
    ours: 'one statement for the next event of 500 streams, with the version that each is expected at; its own commit',
    theirs: 'insert from unnest by 500 rows into the same table with its key, one connection, its own commit',
    control: 'the same into a table without a key',
  },
  read: {
    name: 'event store, rebuild',
    peer: 'a bare read',
    ours: 'streams read by 1,000, orders and their history made of them, compared, written and put in place',
    theirs:
      'the same events read by as many rows in the order of their key, one connection; nothing is done with them',
    control: 'their length, added up by the server',
  },
} as const;

export const eventStore: Bench = {
  name: 'event-store',
  about: 'Streams of orders appended and made into tables, beside a bare insert and a bare read',
  async run(lab) {
    return [await compare(lab, 'append'), await compare(lab, 'read')];
  },
};

async function compare(lab: Lab, part: keyof typeof ABOUT): Promise<Finding> {
  const { name, peer, ours, theirs, control } = ABOUT[part];
  const load = { part, orders: ORDERS, together: TOGETHER[part] };
  const storing = (side: string, more: object) => () =>
    lab.withSchema('streams', (schema) => lab.side(side, { ...load, schema, ...more }));
  const measured = await lab.rounds(
    {
      ours: storing('ours-streams', {}),
      peer: storing('bare-streams', { key: true }),
      control: storing('bare-streams', { key: false }),
    },
    perSecond,
  );
  return {
    measure: {
      name,
      unit: 'events/s',
      against: peer,
      ratio: 'ours/peer',
      judged: 'ratio',
      better: 'higher',
      floor: 0.3,
      aim: 0.7,
    },
    runs: {
      ours: valuesOf(measured.ours, 'perSecond'),
      control: valuesOf(measured.control, 'perSecond'),
      peers: { [peer]: valuesOf(measured.peer, 'perSecond') },
    },
    settings: { orders: ORDERS, eventsPerOrder: EVENTS_PER_ORDER, ours, peer: theirs, control },
  };
}
