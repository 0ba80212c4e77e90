import { EventPublisherService } from '@shop/kafka';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measured } from '../harness/side.ts';
import { orderCreated } from '../workload/order-created.ts';
import { workloadOf } from '../workload/workload.ts';
import { openOurApp, orderEvent } from './parts/our-app.ts';
import type { SideParams } from './parts/side-params.ts';

export interface LoadAtRateParams extends SideParams {
  readonly perSecond: number;
}

const TICK_MS = 5;

/** Publishes at a steady rate, whether or not anyone keeps up. The event's time is the moment of publishing. */
export async function run(params: LoadAtRateParams): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const app = await openOurApp(params, { register: () => undefined });
  const publisher = app.get(EventPublisherService);
  const event = orderEvent(params.topic);
  const acknowledged: Promise<unknown>[] = [];
  const start = performance.now();
  while (acknowledged.length < workload.count) {
    const due = Math.min(
      workload.count,
      Math.floor(((performance.now() - start) / 1_000) * params.perSecond),
    );
    while (acknowledged.length < due) {
      acknowledged.push(publisher.publish(event, orderCreated(workload, acknowledged.length)));
    }
    await delay(TICK_MS);
  }
  await Promise.all(acknowledged);
  const ms = performance.now() - start;
  await app.close();
  return { ms, perSecond: (workload.count / ms) * 1_000 };
}
