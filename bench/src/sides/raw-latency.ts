import { Consumer } from '@platformatic/kafka';
import type { Measured, Stage } from '../harness/side.ts';
import { percentile } from '../report/statistics.ts';
import type { SideParams } from './parts/side-params.ts';

export interface RawLatencyParams extends SideParams {
  readonly warmUpMs: number;
}

/** Control: how long records are under way by themselves, from the producer's timestamp to their receipt. */
export async function run(params: RawLatencyParams, stage: Stage): Promise<Measured> {
  const { parts, topic, group, workload, warmUpMs } = params;
  const consumer = new Consumer({ clientId: 'bench', groupId: group, bootstrapBrokers: [...parts.brokers] });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
  const latencies: number[] = [];
  let events = 0;
  let from = 0;
  stage.ready();
  await new Promise<void>((resolve, reject) => {
    stream.once('error', reject);
    stream.on('data', ({ timestamp }) => {
      const published = Number(timestamp);
      if (from === 0) from = published + warmUpMs;
      if (published >= from) latencies.push(Date.now() - published);
      events += 1;
      if (events === workload.count) resolve();
    });
  });
  return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
}
