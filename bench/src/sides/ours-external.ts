import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measured } from '../harness/side.ts';
import { indexOf } from '../workload/order-created.ts';
import { Witness } from '../workload/witness.ts';
import { workloadOf } from '../workload/workload.ts';
import { untilStored } from './parts/effects.ts';
import { firstFetchHere } from './parts/first-fetch.ts';
import { openOurApp } from './parts/our-app.ts';
import { connected } from './parts/postgres.ts';
import type { StoringParams } from './parts/side-params.ts';

export interface OursExternalParams extends StoringParams {
  /** Every run of the handler takes this long; default: what the workload says for the event. */
  readonly handlerMs?: number;
}

/** Our module with a handler that waits; ends when every event's inbox row is in PostgreSQL. */
export async function run(params: OursExternalParams): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const witness = new Witness(workload);
  const fetching = firstFetchHere();
  const app = await openOurApp(params, {
    schema: params.schema,
    register: (consumer, event) =>
      consumer.registerHandler(
        event,
        async ({ data }) => {
          const index = indexOf(data);
          witness.started(index);
          const ms = params.handlerMs ?? (workload.durationOf[index] as number);
          if (ms > 0) await delay(ms);
          witness.ended(index);
        },
        { name: 'wait', effects: 'external' },
      ),
  });
  const client = await connected(params);
  await witness.all;
  await untilStored(client, 'inbox', workload.count);
  const storedAt = performance.now();
  await app.close();
  const ms = fetching.until(storedAt);
  return {
    ms,
    firstRunMs: fetching.until(witness.firstAt),
    handledMs: fetching.until(witness.lastAt),
    perSecond: (workload.count / ms) * 1_000,
    events: witness.finished,
  };
}
