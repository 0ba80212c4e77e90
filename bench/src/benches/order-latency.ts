import type { Lab } from '../harness/lab.ts';
import type { Measured } from '../harness/side.ts';
import { type Bench, type Finding, SHIPPED, valuesOf } from './bench.ts';

const RATES = [50, 100] as const;
const LOAD = { warmUpMs: 4_000, measuredMs: 10_000, giveUpMs: 10_000 } as const;
const PEER = 'the embedded engine';
/** Records of an order, so that the control's log has as much to carry. */
const EVENTS_PER_ORDER = 10;
const CONTROL = { partitions: 6, keys: 1_000, seed: 9 } as const;

export const orderLatency: Bench = {
  name: 'order-latency',
  about: 'From the POST of an order to its completion on Kafka, at a steady rate',
  minutesPerRun: 3,
  async run(lab) {
    const findings: Finding[] = [];
    for (const rate of RATES) findings.push(...(await atRate(lab, rate)));
    return findings;
  },
};

async function atRate(lab: Lab, perSecond: number): Promise<readonly Finding[]> {
  const load = { ...LOAD, perSecond };
  const measured = await lab.rounds(
    {
      ours: () =>
        lab.forShopOnKafka((kept) => lab.side('ours-order-latency', { ...load, ...kept, engine: 'kafka' })),
      peer: () =>
        lab.forShop((kept) => lab.side('ours-order-latency', { ...load, ...kept, engine: 'embedded' })),
      control: () => oneRecord(lab, perSecond * EVENTS_PER_ORDER),
    },
    ({ p50Ms = 0, p99Ms = 0 }) => `p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms at ${perSecond}/s`,
  );
  const finding = (share: 'p50' | 'p99', floor: number, aim: number): Finding => ({
    measure: {
      name: `POST to completed on Kafka at ${perSecond} orders/s, ${share}`,
      unit: 'ms',
      against: PEER,
      ratio: 'peer/ours',
      judged: 'ours',
      better: 'lower',
      floor,
      aim,
    },
    runs: {
      ours: valuesOf(measured.ours, `${share}Ms`),
      control: valuesOf(measured.control, `${share}Ms`),
      peers: { [PEER]: valuesOf(measured.peer, `${share}Ms`) },
    },
    settings: {
      ...SHIPPED,
      ...load,
      measured: 'from the moment when the POST was due until another session sees the order completed',
      unfinished: `an order that is not completed ${LOAD.giveUpMs / 1_000} s after the last one was due counts as ended then`,
      control: `one record of ${EVENTS_PER_ORDER} times the rate on the log alone, from publishing to receipt`,
    },
  });
  return [finding('p50', 300, 100), finding('p99', 1_000, 300)];
}

async function oneRecord(lab: Lab, perSecond: number): Promise<Measured> {
  const { partitions, keys, seed } = CONTROL;
  const count = perSecond * ((LOAD.warmUpMs + LOAD.measuredMs) / 1_000);
  const load = {
    topic: await lab.topic('record', partitions),
    partitions,
    workload: { count, keys, seed },
  };
  const reading = lab.begin('raw-latency', { ...load, group: lab.name('group'), warmUpMs: LOAD.warmUpMs });
  await reading.ready;
  await lab.side('load-at-rate', { ...load, group: lab.name('load'), perSecond });
  return reading.measured;
}
