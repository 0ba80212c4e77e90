import { type Bench, perSecond, SHIPPED, valuesOf } from './bench.ts';

const PARTITIONS = 6;
const WORKLOAD = { count: 1_000_000, keys: 1_000, seed: 3 };

export const emptyHandler: Bench = {
  name: 'empty-handler',
  about: 'An empty handler, decode included, no database, beside KafkaJS with JSON',
  async run(lab) {
    const load = { partitions: PARTITIONS, workload: WORKLOAD };
    const avro = await lab.topic('avro', PARTITIONS);
    const json = await lab.topic('json', PARTITIONS);
    await lab.side('load-avro', { ...load, topic: avro, group: lab.name('load') });
    await lab.side('load-json', { ...load, topic: json, group: lab.name('load') });

    const each =
      (side: string, topic: string, more: object = {}) =>
      () =>
        lab.side(side, { ...load, topic, group: lab.name('group'), ...more });
    const measured = await lab.rounds(
      {
        ours: each('ours-empty', avro),
        'KafkaJS eachMessage': each('kafkajs-each-message', json),
        'KafkaJS eachMessage, partitions concurrently': each('kafkajs-each-message', json, {
          partitionsConsumedConcurrently: PARTITIONS,
        }),
        control: each('raw-read', avro),
      },
      perSecond,
    );
    const { ours, control, ...peers } = measured;
    return [
      {
        measure: {
          name: 'empty handler, decode included, no database',
          unit: 'events/s',
          against: 'KafkaJS eachMessage',
          ratio: 'ours/peer',
          judged: 'ratio',
          better: 'higher',
          floor: 1,
          aim: 1.5,
        },
        runs: {
          ours: valuesOf(ours, 'perSecond'),
          control: valuesOf(control, 'perSecond'),
          peers: Object.fromEntries(
            Object.entries(peers).map(([name, values]) => [name, valuesOf(values, 'perSecond')]),
          ),
        },
        settings: {
          ...SHIPPED,
          ...WORKLOAD,
          inbox: false,
          partitions: PARTITIONS,
          event: 'order.created with two items; ours Avro with headers, theirs JSON without',
          control: "@platformatic/kafka's stream over the same records, looking into none",
        },
      },
    ];
  },
};
