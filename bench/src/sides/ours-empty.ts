import type { Measured } from '../harness/side.ts';
import { indexOf } from '../workload/order-created.ts';
import { Witness } from '../workload/witness.ts';
import { workloadOf } from '../workload/workload.ts';
import { firstFetchHere } from './parts/first-fetch.ts';
import { openOurApp } from './parts/our-app.ts';
import type { SideParams } from './parts/side-params.ts';

/** Our module without a database and a handler that does nothing but look. */
export async function run(params: SideParams): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const witness = new Witness(workload);
  const fetching = firstFetchHere();
  const app = await openOurApp(params, {
    register: (consumer, event) =>
      consumer.registerHandler(event, ({ data }) => {
        const index = indexOf(data);
        witness.started(index);
        witness.ended(index);
      }),
  });
  await witness.all;
  await app.close();
  const ms = fetching.until(witness.lastAt);
  return { ms, perSecond: (workload.count / ms) * 1_000, events: witness.finished };
}
