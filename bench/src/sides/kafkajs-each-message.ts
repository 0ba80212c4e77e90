import type { Measured } from '../harness/side.ts';
import { indexOf, type OrderCreated } from '../workload/order-created.ts';
import { Witness } from '../workload/witness.ts';
import { workloadOf } from '../workload/workload.ts';
import { firstFetchOf } from './parts/first-fetch.ts';
import { subscribed } from './parts/kafkajs.ts';
import type { SideParams } from './parts/side-params.ts';

export interface EachMessageParams extends SideParams {
  readonly partitionsConsumedConcurrently?: number;
}

/** KafkaJS's `eachMessage` with `JSON.parse` and a handler that does nothing but look. */
export async function run(params: EachMessageParams): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const witness = new Witness(workload);
  const consumer = await subscribed(params);
  const fetching = firstFetchOf(consumer);
  const { partitionsConsumedConcurrently } = params;
  await consumer.run({
    ...(partitionsConsumedConcurrently ? { partitionsConsumedConcurrently } : {}),
    eachMessage: async ({ message }) => {
      const data: OrderCreated = JSON.parse(String(message.value));
      const index = indexOf(data);
      witness.started(index);
      witness.ended(index);
    },
  });
  await witness.all;
  const ms = fetching.until(witness.lastAt);
  return { ms, perSecond: (workload.count / ms) * 1_000, events: witness.finished };
}
