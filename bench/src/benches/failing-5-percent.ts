import type { Lab } from '../harness/lab.ts';
import type { Measured } from '../harness/side.ts';
import { type Bench, SHIPPED, valuesOf } from './bench.ts';

const PARTITIONS = 6;
const PER_SECOND = 2_000;
/** Many keys, so that the lane of a failing one is not busier than its retries can be. */
const WORKLOAD = { count: 16_000, keys: 10_000, seed: 6 };
const FAIL = { failEvery: 20, failedTries: 2 };
const WARM_UP_MS = 3_000;
const NONE = 'none failing';

export const failing5Percent: Bench = {
  name: 'failing-5-percent',
  about: `5 % of the events fail on their first tries, at ${PER_SECOND.toLocaleString('en')} events/s`,
  async run(lab) {
    const measured = await lab.rounds(
      {
        ours: () => underLoad(lab, FAIL),
        [NONE]: () => underLoad(lab, { failEvery: 0, failedTries: 0 }),
        control: () => rawUnderLoad(lab),
      },
      ({ lagS, p50Ms = 0, p99Ms = 0 }: Measured) =>
        `${lagS === undefined ? '' : `lag ${lagS.toFixed(3)} s, `}p50 ${p50Ms} ms, p99 ${p99Ms} ms`,
    );
    const settings = {
      ...SHIPPED,
      ...WORKLOAD,
      ...FAIL,
      perSecond: PER_SECOND,
      partitions: PARTITIONS,
      warmUpMs: WARM_UP_MS,
      lag: 'age of the oldest event without a stored outcome, looked at every 50 ms; the 99th percentile',
      latency: "from the event's time to the end of its handler, events of healthy keys",
      control: '@platformatic/kafka, reading the same load and looking into none: from publishing to receipt',
    };
    const control = valuesOf(measured.control, 'p99Ms');
    return [
      {
        measure: {
          name: '5 % failing at 2,000 events/s: lag of the subscription',
          unit: 's',
          against: NONE,
          ratio: 'ours/peer',
          judged: 'ours',
          better: 'lower',
          floor: 1,
          aim: 0.2,
        },
        runs: {
          ours: valuesOf(measured.ours, 'lagS'),
          control: control.map((ms) => ms / 1_000),
          peers: { [NONE]: valuesOf(measured[NONE], 'lagS') },
        },
        settings,
      },
      {
        measure: {
          name: '5 % failing at 2,000 events/s: p99 of healthy keys',
          unit: 'ms',
          against: NONE,
          ratio: 'ours/peer',
          judged: 'ratio',
          better: 'lower',
          floor: 3,
          aim: 1.5,
        },
        runs: {
          ours: valuesOf(measured.ours, 'p99Ms'),
          control,
          peers: { [NONE]: valuesOf(measured[NONE], 'p99Ms') },
        },
        settings,
      },
    ];
  },
};

async function underLoad(lab: Lab, fail: typeof FAIL): Promise<Measured> {
  return lab.withSchema('failing', (schema) =>
    whileLoading(lab, 'ours-failing', { ...fail, schema, warmUpMs: WARM_UP_MS }),
  );
}

const rawUnderLoad = (lab: Lab): Promise<Measured> =>
  whileLoading(lab, 'raw-latency', { warmUpMs: WARM_UP_MS });

async function whileLoading(lab: Lab, side: string, more: object): Promise<Measured> {
  const load = {
    topic: await lab.topic('rate', PARTITIONS),
    partitions: PARTITIONS,
    workload: WORKLOAD,
  };
  const running = lab.begin(side, { ...load, group: lab.name('rate'), ...more });
  try {
    await running.ready;
    await lab.side('load-at-rate', { ...load, group: lab.name('load'), perSecond: PER_SECOND });
    return await running.measured;
  } finally {
    running.end();
  }
}
