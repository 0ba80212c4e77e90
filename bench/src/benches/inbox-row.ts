import type { Lab } from '../harness/lab.ts';
import type { Measured } from '../harness/side.ts';
import { type Bench, type Finding, perSecond, SHIPPED, valuesOf } from './bench.ts';

/** One connection of the peers for each. */
const PARTITIONS = 8;
const PER_EVENT = { count: 100_000, keys: 1_000, seed: 4 };
const SET_BASED = { count: 500_000, keys: 1_000, seed: 5 };
const ROWS_PER_INSERT = 500;
const CONTROL = "@platformatic/kafka's stream over the same records, looking into none";

export const inboxRow: Bench = {
  name: 'inbox-row',
  about: 'Inbox and one row written, beside what one writes by hand',
  minutesPerRun: 3,
  async run(lab) {
    return [await perEvent(lab), await setBased(lab)];
  },
};

async function perEvent(lab: Lab): Promise<Finding> {
  const peer = 'a transaction per event by hand';
  const measured = await rounds(lab, PER_EVENT, 'per event, asking together', {
    [peer]: ['hand-written-transactions', {}],
    'ours, a statement for each event': ['ours-rows', { api: 'per event' }],
  });
  return {
    measure: {
      name: 'inbox and one row written, API per event',
      unit: 'events/s',
      against: peer,
      ratio: 'ours/peer',
      judged: 'ratio',
      better: 'higher',
      floor: 3,
      aim: 6,
    },
    runs: measured,
    settings: {
      ...SHIPPED,
      ...PER_EVENT,
      partitions: PARTITIONS,
      ours: 'a handler per event that interleaves and asks for its row by UnitOfWork.ask',
      peer: `KafkaJS eachBatch, ${PARTITIONS} partitions at once on ${PARTITIONS} connections, prepared statements: begin, inbox, row, commit`,
      control: CONTROL,
    },
  };
}

async function setBased(lab: Lab): Promise<Finding> {
  const peer = 'batches by hand, without inbox';
  const measured = await rounds(lab, SET_BASED, 'set-based', {
    [peer]: ['hand-written-batches', { rowsPerInsert: ROWS_PER_INSERT }],
  });
  return {
    measure: {
      name: 'inbox and one row written, set-based API',
      unit: 'events/s',
      against: peer,
      ratio: 'ours/peer',
      judged: 'ratio',
      better: 'higher',
      floor: 0.5,
      aim: 0.9,
    },
    runs: measured,
    settings: {
      ...SHIPPED,
      ...SET_BASED,
      partitions: PARTITIONS,
      peer: `KafkaJS eachBatch, avsc, insert from unnest by ${ROWS_PER_INSERT} on ${PARTITIONS} connections; no inbox`,
      control: CONTROL,
    },
  };
}

async function rounds(
  lab: Lab,
  workload: typeof PER_EVENT,
  api: string,
  peers: Readonly<Record<string, readonly [side: string, params: object]>>,
) {
  const load = { partitions: PARTITIONS, workload };
  const topic = await lab.topic('rows', PARTITIONS);
  await lab.side('load-avro', { ...load, topic, group: lab.name('load') });
  const storing = (side: string, params: object) => () =>
    lab.withSchema('rows', (schema) =>
      lab.side(side, { ...load, topic, group: lab.name('rows'), schema, ...params }),
    );
  const measured: Record<string, readonly Measured[]> = await lab.rounds(
    {
      ours: storing('ours-rows', { api }),
      ...Object.fromEntries(
        Object.entries(peers).map(([name, [side, params]]) => [name, storing(side, params)]),
      ),
      control: () => lab.side('raw-read', { ...load, topic, group: lab.name('read') }),
    },
    perSecond,
  );
  const rates = (name: string) => valuesOf(measured[name] ?? [], 'perSecond');
  return {
    ours: rates('ours'),
    control: rates('control'),
    peers: Object.fromEntries(Object.keys(peers).map((name) => [name, rates(name)])),
  };
}
