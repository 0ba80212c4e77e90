import { longestLaneMs, workloadOf } from '../workload/workload.ts';
import { type Bench, type Finding, inSeconds, SHIPPED, valuesOf } from './bench.ts';
import type { Lab } from '../harness/lab.ts';
import type { Measured } from '../harness/side.ts';

const EVENTS = { count: 10_000, seed: 2, longestMs: 5 };
const PUBLISHED_S = 2.06;
const PUBLISHED = 'parallel-consumer, as published';
const LONGEST_LANE = 'longest lane, computed';

/** Theirs is not run here: it is a Java library, and this is the figure that its README gives for 1,000 keys. */
export const parallelConsumer: Bench = {
  name: 'parallel-consumer',
  about: "Parallel-consumer's published test: 10,000 events of 0 to 5 ms in one partition",
  async run(lab) {
    const many = await runsOf(lab, 1_000);
    const few = await runsOf(lab, 20);
    const seconds = (measured: readonly Measured[]) => valuesOf(measured, 'ms').map((ms) => ms / 1_000);
    const findings: Finding[] = [
      {
        measure: {
          name: '10,000 events of 0-5 ms, 1 partition, 1,000 keys',
          unit: 's',
          against: PUBLISHED,
          ratio: 'peer/ours',
          judged: 'ours',
          better: 'lower',
          floor: PUBLISHED_S,
          aim: 0.5,
        },
        runs: {
          ours: seconds(many.ours),
          control: seconds(many.control),
          peers: { [PUBLISHED]: [PUBLISHED_S] },
        },
        settings: many.settings,
      },
      {
        measure: {
          name: '10,000 events of 0-5 ms, 1 partition, 20 keys: to the longest lane',
          unit: 's',
          against: LONGEST_LANE,
          ratio: 'ours/peer',
          judged: 'ratio',
          better: 'lower',
          floor: 1.3,
          aim: 1.15,
        },
        runs: {
          ours: seconds(few.ours),
          control: seconds(few.control),
          peers: { [LONGEST_LANE]: [longestLaneMs(workloadOf({ ...EVENTS, keys: 20 })) / 1_000] },
        },
        settings: few.settings,
      },
    ];
    return findings;
  },
};

async function runsOf(lab: Lab, keys: number) {
  const load = { partitions: 1, workload: { ...EVENTS, keys } };
  const topic = await lab.topic(`keys-${keys}`, 1);
  await lab.side('load-avro', { ...load, topic, group: lab.name('load') });
  const measured = await lab.rounds(
    {
      ours: () =>
        lab.withSchema('ours', (schema) =>
          lab.side('ours-external', { ...load, topic, group: lab.name('ours'), schema }),
        ),
      control: () => lab.side('bare-lanes', { workload: load.workload, concurrency: 256 }),
    },
    inSeconds,
  );
  const settings = {
    ...SHIPPED,
    ...load.workload,
    partitions: 1,
    effects: 'external',
    from: 'first fetch sent',
    to: 'last inbox row committed',
    control: '256 lanes of bare timers in one process, no log, no database',
  };
  return { ...measured, settings };
}
