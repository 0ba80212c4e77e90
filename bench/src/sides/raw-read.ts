import { Consumer } from '@platformatic/kafka';
import { performance } from 'node:perf_hooks';
import type { Measured } from '../harness/side.ts';
import { firstFetchHere } from './parts/first-fetch.ts';
import type { SideParams } from './parts/side-params.ts';

/** Control: the client that our module stands on, counting the same records and looking into none. */
export async function run({ parts, topic, group, workload }: SideParams): Promise<Measured> {
  const fetching = firstFetchHere();
  const consumer = new Consumer({ clientId: 'bench', groupId: group, bootstrapBrokers: [...parts.brokers] });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
  let events = 0;
  await new Promise<void>((resolve, reject) => {
    stream.once('error', reject);
    stream.on('data', () => {
      events += 1;
      if (events === workload.count) resolve();
    });
  });
  const ms = fetching.until(performance.now());
  return { ms, perSecond: (events / ms) * 1_000, events };
}
