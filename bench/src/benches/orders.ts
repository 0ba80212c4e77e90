import type { Measured } from '../harness/side.ts';
import { type Bench, valuesOf } from './bench.ts';
import { DBOS_PEER, HOPS_CONTROL, ORDER_LOAD, orderRounds } from './order-load.ts';

export const orders: Bench = {
  name: 'orders',
  about: 'Orders through the built shop with all their effects, beside durable steps that do nothing',
  minutesPerRun: 2,
  async run(lab) {
    const measured = await orderRounds(lab, {}, rateOf);
    const rates = (name: keyof typeof measured) => valuesOf(measured[name], 'perSecond');
    return [
      {
        measure: {
          name: 'orders through the whole saga, embedded engine',
          unit: 'orders/s',
          against: DBOS_PEER,
          ratio: 'ours/peer',
          judged: 'ratio',
          better: 'higher',
          floor: 1.2,
          aim: 4,
        },
        runs: {
          ours: rates('ours'),
          control: rates('control'),
          peers: { [DBOS_PEER]: rates('peer') },
        },
        settings: {
          ...ORDER_LOAD,
          ours: 'HTTP, stock, payment at the simulator, shipment, letters, audit; every order proved afterwards',
          peer: 'DBOS workflows of five empty steps, in one process, awaited where they run',
          control: HOPS_CONTROL,
        },
      },
    ];
  },
};

const rateOf = ({ perSecond = 0, p50Ms = 0, ...rest }: Measured): string =>
  [
    `${perSecond.toFixed(0)} orders/s, p50 ${p50Ms.toFixed(0)} ms`,
    ...(rest['settledMs'] === undefined
      ? []
      : [`the last letter ${rest['settledMs'].toFixed(0)} ms after the last order`]),
    ...(rest['deadlocks'] ? [`${rest['deadlocks']} deadlocks`] : []),
  ].join(', ');
