import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import type { Measured } from '../harness/side.ts';
import { indexOf } from '../workload/order-created.ts';
import { workloadOf } from '../workload/workload.ts';
import { handDecoder } from './parts/avro.ts';
import { checkEffects, EFFECTS_TABLE, untilStored } from './parts/effects.ts';
import { firstFetchOf } from './parts/first-fetch.ts';
import { subscribed } from './parts/kafkajs.ts';
import { connected } from './parts/postgres.ts';
import type { StoringParams } from './parts/side-params.ts';

export interface HandWrittenBatchesParams extends StoringParams {
  readonly rowsPerInsert: number;
}

/**
 * What one writes by hand for speed: fetched batches decoded and inserted by one statement each, a connection a
 * partition. No inbox: the row's own key keeps a repetition out.
 */
export async function run(params: HandWrittenBatchesParams): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const { keyOf, placeOf } = workload;
  const client = await connected(params);
  await client.query(EFFECTS_TABLE);
  const connections = await Promise.all(Array.from({ length: params.partitions }, () => connected(params)));
  const decode = handDecoder();
  const done = Promise.withResolvers<void>();
  let handled = 0;

  const consumer = await subscribed(params);
  const fetching = firstFetchOf(consumer);
  consumer.on('consumer.crash', ({ payload }) => done.reject(payload.error));
  await consumer.run({
    partitionsConsumedConcurrently: params.partitions,
    eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
      const connection = connections[batch.partition] as pg.Client;
      for (let from = 0; from < batch.messages.length; from += params.rowsPerInsert) {
        const messages = batch.messages.slice(from, from + params.rowsPerInsert);
        const events = messages.map(({ value }) => indexOf(decode(value)));
        await connection.query({
          name: 'effects',
          text: `insert into effects (event, key, place)
            select * from unnest($1::int[], $2::int[], $3::int[]) on conflict do nothing`,
          values: [events, events.map((event) => keyOf[event]), events.map((event) => placeOf[event])],
        });
        resolveOffset(messages.at(-1)?.offset ?? '');
        handled += messages.length;
        await heartbeat();
      }
      if (handled >= workload.count) done.resolve();
    },
  });
  await done.promise;
  await untilStored(client, 'effects', workload.count);
  const ms = fetching.until(performance.now());
  await checkEffects(client, workload);
  return { ms, perSecond: (workload.count / ms) * 1_000, events: handled };
}
