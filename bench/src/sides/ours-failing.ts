import { type DeliveryContext, sql, UnitOfWork } from '@shop/kafka';
import type { Measured, Stage } from '../harness/side.ts';
import { percentile } from '../report/statistics.ts';
import { indexOf } from '../workload/order-created.ts';
import { workloadOf } from '../workload/workload.ts';
import { checkEffects, untilStored } from './parts/effects.ts';
import { LagSampler } from './parts/lag.ts';
import { openOurApp, type OrderEvent } from './parts/our-app.ts';
import { connected } from './parts/postgres.ts';
import type { StoringParams } from './parts/side-params.ts';

export interface OursFailingParams extends StoringParams {
  /** Every so many-th key is one whose events fail on their first tries; 0: none fails. */
  readonly failEvery: number;
  readonly failedTries: number;
  /** Left out of the figures, after the first event. */
  readonly warmUpMs: number;
}

/** Our module while events come at a rate: the lag of its subscription, and how long events of healthy keys take. */
export async function run(params: OursFailingParams, stage: Stage): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const { keyOf, placeOf, count } = workload;
  const publishedAt = new Float64Array(count);
  const handledAt = new Float64Array(count);
  const fails = (event: number) => params.failEvery > 0 && (keyOf[event] as number) % params.failEvery === 0;
  let failures = 0;
  let handled = 0;
  let lag: LagSampler | undefined;
  const all = Promise.withResolvers<void>();

  const app = await openOurApp(params, {
    schema: params.schema,
    register: (consumer, event, parts) =>
      consumer.registerHandler(
        event,
        async ({ data }: OrderEvent, { attempt, partition, offset }: DeliveryContext) => {
          const index = indexOf(data);
          publishedAt[index] = Date.parse(data.createdAt);
          lag?.saw(partition, Number(offset), publishedAt[index] as number);
          if (fails(index) && attempt <= params.failedTries) {
            failures += 1;
            throw new Error('Not yet.');
          }
          await parts
            .get(UnitOfWork)
            .sql.run(
              sql`insert into effects (event, key, place) values (${index}, ${keyOf[index]}, ${placeOf[index]})`,
            );
          if (handledAt[index] === 0) handled += 1;
          handledAt[index] = Date.now();
          if (handled === count) all.resolve();
        },
        { name: 'rows', interleaves: true },
      ),
  });
  const client = await connected(params);
  lag = new LagSampler(await connected(params));
  await untilStored(client, 'progress', params.partitions);
  lag.start();
  stage.ready();
  await all.promise;
  await untilStored(client, 'effects', count);
  await lag.stop();
  await app.close();
  await checkEffects(client, workload);

  const from = Math.min(...publishedAt) + params.warmUpMs;
  const to = Math.max(...publishedAt);
  const latencies: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const published = publishedAt[index] as number;
    if (published >= from && !fails(index)) latencies.push((handledAt[index] as number) - published);
  }
  const expected = [...keyOf.keys()].filter(fails).length * params.failedTries;
  if (failures < expected) throw new Error(`Only ${failures} of ${expected} failures struck.`);
  const lags = lag.lags(from, to);
  return {
    lagS: percentile(lags, 0.99) / 1_000,
    worstLagS: Math.max(...lags) / 1_000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    failures,
  };
}
