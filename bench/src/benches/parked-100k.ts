import type { Lab } from '../harness/lab.ts';
import type { Measured } from '../harness/side.ts';
import { type Bench, SHIPPED, valuesOf } from './bench.ts';

const PARTITIONS = 6;
/** Ten events a key: the first one failed, the others wait behind it. */
const PARKED = { count: 100_000, keys: 10_000, seed: 7, firstKey: 1_000_000 };
const LIVE = { count: 20_000, keys: 1_000 };
const NONE = 'none parked';

export const parked100k: Bench = {
  name: 'parked-100k',
  about: 'Cost of an event while 100,000 others are parked and not due',
  run: (lab) =>
    lab.withSchema('parked', (parked) =>
      lab.withSchema('none', async (none) => {
        const beside = await prepared(lab, parked, true);
        const without = await prepared(lab, none, false);
        const measured = await lab.rounds(
          { ours: beside.next, [NONE]: without.next, control: without.control },
          ({ ms = 0 }) => `${Math.round((ms * 1_000) / LIVE.count)} us an event`,
        );
        const cost = (runs: readonly Measured[]) =>
          valuesOf(runs, 'ms').map((ms) => (ms * 1_000) / LIVE.count);
        return [
          {
            measure: {
              name: 'cost of an event with 100,000 parked',
              unit: 'us',
              against: NONE,
              ratio: 'ours/peer',
              judged: 'ratio',
              better: 'lower',
              floor: 1.3,
              aim: 1.05,
            },
            runs: {
              ours: cost(measured.ours),
              control: cost(measured.control),
              peers: { [NONE]: cost(measured[NONE]) },
            },
            settings: {
              ...SHIPPED,
              ...LIVE,
              partitions: PARTITIONS,
              parked: PARKED.count,
              parkedKeys: PARKED.keys,
              handler: 'one row an event, transaction',
              control: "@platformatic/kafka's stream over the same records, looking into none",
            },
          },
        ];
      }),
    ),
};

/** A group with its topic and its tables. Each run takes on where the last one has ended, with new events. */
async function prepared(lab: Lab, schema: string, withParked: boolean) {
  const place = {
    topic: await lab.topic('parked', PARTITIONS),
    partitions: PARTITIONS,
    group: lab.name('parked'),
    schema,
  };
  if (withParked) {
    await lab.side('load-avro', { ...place, schema: undefined, workload: PARKED });
    await lab.side('ours-parking', { ...place, workload: PARKED });
  }
  let runs = 0;
  const next = async () => {
    runs += 1;
    const workload = { ...LIVE, seed: 100 + runs, firstKey: runs * LIVE.keys };
    await lab.side('load-avro', { ...place, workload });
    await lab.query(
      `do $$ begin if to_regclass('${schema}.effects') is not null then truncate ${schema}.effects; end if; end $$`,
    );
    await lab.query('checkpoint');
    return lab.side('ours-rows', { ...place, workload, api: 'per event' });
  };
  const control = () =>
    lab.side('raw-read', { ...place, group: lab.name('read'), workload: { ...LIVE, seed: 0 } });
  return { next, control };
}
