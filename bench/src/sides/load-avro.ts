import { EventPublisherService } from '@shop/kafka';
import { performance } from 'node:perf_hooks';
import type { Measured } from '../harness/side.ts';
import { orderCreated } from '../workload/order-created.ts';
import { workloadOf } from '../workload/workload.ts';
import { openOurApp, orderEvent } from './parts/our-app.ts';
import type { SideParams } from './parts/side-params.ts';

export interface LoadParams extends SideParams {
  /** The first event of the workload that is published; default 0. */
  readonly from?: number;
}

const AT_ONCE = 2_000;

/** Publishes a workload as our module publishes: Avro, gzip, idempotent, acknowledged by all replicas. */
export async function run(params: LoadParams): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const app = await openOurApp(params, { register: () => undefined });
  const publisher = app.get(EventPublisherService);
  const event = orderEvent(params.topic);
  const start = performance.now();
  for (let from = params.from ?? 0; from < workload.count; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, workload.count);
    const acknowledged: Promise<unknown>[] = [];
    for (let index = from; index < to; index += 1) {
      acknowledged.push(publisher.publish(event, orderCreated(workload, index)));
    }
    await Promise.all(acknowledged);
  }
  const measured = { ms: performance.now() - start };
  await app.close();
  return measured;
}
