import { type Bench, perSecond, SHIPPED, valuesOf } from './bench.ts';

const HANDLER_MS = 10;
const PARTITIONS = 6;
const WORKLOAD = { count: 60_000, keys: 1_000, seed: 1 };
/** The peers are too slow for all of them. */
const LIMIT = { asItComes: 600, tuned: 3_000 };

export const keys10ms: Bench = {
  name: 'keys-10ms',
  about: `A handler of ${HANDLER_MS} ms, ${PARTITIONS} partitions, 1,000 keys, beside Nest's own Kafka transport`,
  async run(lab) {
    const load = { partitions: PARTITIONS, workload: WORKLOAD };
    const avro = await lab.topic('avro', PARTITIONS);
    const json = await lab.topic('json', PARTITIONS);
    await lab.side('load-avro', { ...load, topic: avro, group: lab.name('load') });
    await lab.side('load-json', { ...load, topic: json, group: lab.name('load') });

    const nest = (limit: number, partitionsConsumedConcurrently?: number) => () =>
      lab.side('nest-transport', {
        ...load,
        topic: json,
        group: lab.name('nest'),
        handlerMs: HANDLER_MS,
        limit,
        partitionsConsumedConcurrently,
      });
    const measured = await lab.rounds(
      {
        ours: () =>
          lab.withSchema('ours', (schema) =>
            lab.side('ours-external', {
              ...load,
              topic: avro,
              group: lab.name('ours'),
              schema,
              handlerMs: HANDLER_MS,
            }),
          ),
        'Nest as it comes': nest(LIMIT.asItComes),
        'Nest tuned': nest(LIMIT.tuned, PARTITIONS),
        control: () =>
          lab.side('bare-lanes', { workload: WORKLOAD, handlerMs: HANDLER_MS, concurrency: 256 }),
      },
      perSecond,
    );
    const runs = {
      ours: valuesOf(measured.ours, 'perSecond'),
      control: valuesOf(measured.control, 'perSecond'),
      peers: {
        'Nest as it comes': valuesOf(measured['Nest as it comes'], 'perSecond'),
        'Nest tuned': valuesOf(measured['Nest tuned'], 'perSecond'),
      },
    };
    const settings = {
      ...SHIPPED,
      ...WORKLOAD,
      partitions: PARTITIONS,
      handlerMs: HANDLER_MS,
      effects: 'external',
      peerEvents: LIMIT,
      tuned: `partitionsConsumedConcurrently: ${PARTITIONS}`,
      control: '256 lanes of bare timers in one process, no log, no database',
    };
    const common = { unit: 'events/s', ratio: 'ours/peer', judged: 'ratio', better: 'higher' } as const;
    return [
      {
        measure: {
          ...common,
          name: '10 ms handler, 6 partitions, 1,000 keys: Nest transport as it comes',
          against: 'Nest as it comes',
          floor: 30,
          aim: 100,
        },
        runs,
        settings,
      },
      {
        measure: {
          ...common,
          name: '10 ms handler, 6 partitions, 1,000 keys: Nest transport, partitions concurrently',
          against: 'Nest tuned',
          floor: 6,
          aim: 20,
        },
        runs,
        settings,
      },
    ];
  },
};
