import type { Lab } from '../harness/lab.ts';
import type { Measured } from '../harness/side.ts';
import { type Bench, type Finding, perSecond, SHIPPED, valuesOf } from './bench.ts';

const PARTITIONS = 6;
const WAITING = { count: 100_000, keys: 1_000, seed: 6 };
const STEADY = { count: 12_000, keys: 1_000, seed: 7 };
const RATE = 1_000;
const WARM_UP = 2_000;
const POLL_MS = 100;

export const outboxDrain: Bench = {
  name: 'outbox-drain',
  about: 'The outbox relay, beside a poller written by hand',
  async run(lab) {
    return [await drain(lab), await commitToTopic(lab)];
  },
};

async function drain(lab: Lab): Promise<Finding> {
  const peer = 'a poller by hand';
  const topic = await lab.topic('outbox', PARTITIONS);
  const load = { partitions: PARTITIONS, workload: WAITING, topic };
  const draining = (side: string) => () =>
    lab.withSchema('outbox', (schema) => lab.side(side, { ...load, group: lab.name('group'), schema }));
  const measured: Record<string, readonly Measured[]> = await lab.rounds(
    {
      ours: draining('ours-outbox-drain'),
      [peer]: draining('hand-written-outbox-drain'),
      control: () => lab.side('load-json', { ...load, group: lab.name('group') }),
    },
    ({ ms = 0 }) => `${Math.round((WAITING.count / ms) * 1_000).toLocaleString('en')} events/s`,
  );
  const rates = (name: string) =>
    valuesOf(measured[name] ?? [], 'ms').map((ms) => (WAITING.count / ms) * 1_000);
  return {
    measure: {
      name: 'outbox drain',
      unit: 'events/s',
      against: peer,
      ratio: 'ours/peer',
      judged: 'ours',
      better: 'higher',
      floor: 10_000,
      aim: 20_000,
    },
    runs: { ours: rates('ours'), control: rates('control'), peers: { [peer]: rates(peer) } },
    settings: {
      ...SHIPPED,
      ...WAITING,
      inbox: false,
      partitions: PARTITIONS,
      ours: 'from the start of the application to the empty outbox',
      peer: 'KafkaJS sendBatch of 500 rows: begin, select for update, send, delete, commit',
      control: "@platformatic/kafka's producer, batches of 500 events made on the way, no database",
    },
  };
}

async function commitToTopic(lab: Lab): Promise<Finding> {
  const peer = `a poller by hand, every ${POLL_MS} ms`;
  const load = { partitions: PARTITIONS, workload: STEADY, perSecond: RATE, warmUp: WARM_UP };
  const storing =
    (side: string, more: object = {}) =>
    async () => {
      const topic = await lab.topic('commit', PARTITIONS);
      return lab.withSchema('commit', (schema) =>
        lab.side(side, { ...load, ...more, topic, group: lab.name('group'), schema }),
      );
    };
  const measured: Record<string, readonly Measured[]> = await lab.rounds(
    {
      ours: storing('ours-commit-to-topic'),
      [peer]: storing('hand-written-commit-to-topic', { pollMs: POLL_MS }),
      control: () => straight(lab),
    },
    ({ p50Ms = 0, p99Ms = 0, ...rest }) =>
      `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms${rest['perSecond'] ? ` at ${perSecond(rest)}` : ''}`,
  );
  const p99 = (name: string) => valuesOf(measured[name] ?? [], 'p99Ms');
  return {
    measure: {
      name: `commit to topic, p99 at ${RATE.toLocaleString('en')}/s`,
      unit: 'ms',
      against: peer,
      ratio: 'peer/ours',
      judged: 'ours',
      better: 'lower',
      floor: 50,
      aim: 20,
    },
    runs: { ours: p99('ours'), control: p99('control'), peers: { [peer]: p99(peer) } },
    settings: {
      ...SHIPPED,
      ...STEADY,
      inbox: false,
      partitions: PARTITIONS,
      perSecond: RATE,
      warmUp: WARM_UP,
      measured: 'from the resolved commit to the receipt by a consumer in the same process',
      control: 'the same rate published straight to the log, from the timestamp to the receipt; no database',
    },
  };
}

/** What the log itself takes: no outbox between. */
async function straight(lab: Lab): Promise<Measured> {
  const topic = await lab.topic('straight', PARTITIONS);
  const load = { partitions: PARTITIONS, workload: STEADY, topic };
  const reading = lab.begin('raw-latency', { ...load, group: lab.name('group'), warmUpMs: WARM_UP });
  await reading.ready;
  await lab.side('load-at-rate', { ...load, group: lab.name('load'), perSecond: RATE });
  return reading.measured;
}
