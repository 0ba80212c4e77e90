import { Consumer } from '@platformatic/kafka';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measured } from '../../harness/side.ts';
import { percentile } from '../../report/statistics.ts';
import type { SideParams } from './side-params.ts';

const TICK_MS = 2;

export interface CommitToTopicParams extends SideParams {
  readonly perSecond: number;
  /** Events at the beginning that do not count. */
  readonly warmUp: number;
}

/**
 * Commits events at a steady rate and reads the topic beside: how long after its commit an event is received, in ms.
 * `commit` resolves when the transaction of the event with this index has; `indexOf` says which event a record is.
 */
export async function commitToTopic(
  { parts, topic, group, workload, perSecond, warmUp }: CommitToTopicParams,
  commit: (index: number) => Promise<unknown>,
  indexOf: (value: Buffer) => number,
): Promise<Measured> {
  const consumer = new Consumer({ clientId: 'bench', groupId: group, bootstrapBrokers: [...parts.brokers] });
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'latest',
    autocommit: false,
    maxWaitTime: 50,
  });
  const committedAt: number[] = [];
  const receivedAt: number[] = [];
  let received = 0;
  const all = new Promise<void>((resolve, reject) => {
    stream.once('error', reject);
    stream.on('data', ({ value }) => {
      const index = indexOf(value as Buffer);
      if (receivedAt[index] !== undefined) return;
      receivedAt[index] = performance.now();
      received += 1;
      if (received === workload.count) resolve();
    });
  });
  const commits: Promise<void>[] = [];
  const start = performance.now();
  while (commits.length < workload.count) {
    const due = Math.min(workload.count, Math.floor(((performance.now() - start) / 1_000) * perSecond));
    while (commits.length < due) {
      const index = commits.length;
      commits.push(
        commit(index).then(() => {
          committedAt[index] = performance.now();
        }),
      );
    }
    await delay(TICK_MS);
  }
  await Promise.all(commits);
  const reached = (workload.count / (performance.now() - start)) * 1_000;
  await all;
  await stream.close();
  await consumer.close();
  const latencies = receivedAt.slice(warmUp).map((at, index) => at - (committedAt[index + warmUp] ?? at));
  return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99), perSecond: reached };
}
