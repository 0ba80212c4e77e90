import pg from 'pg';
import { performance } from 'node:perf_hooks';
import type { Measured } from '../harness/side.ts';
import { indexOf } from '../workload/order-created.ts';
import { workloadOf } from '../workload/workload.ts';
import { handDecoder } from './parts/avro.ts';
import { checkEffects, EFFECTS_TABLE, untilStored } from './parts/effects.ts';
import { firstFetchOf } from './parts/first-fetch.ts';
import { subscribed } from './parts/kafkajs.ts';
import { connected } from './parts/postgres.ts';
import type { StoringParams } from './parts/side-params.ts';

const INBOX_TABLE = 'create table inbox (event_id text primary key)';

/**
 * What one writes by hand: a transaction per event with its inbox row and its effect, one connection a partition,
 * all partitions at once, statements prepared.
 */
export async function run(params: StoringParams): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const { keyOf, placeOf } = workload;
  const client = await connected(params);
  await client.query(EFFECTS_TABLE);
  await client.query(INBOX_TABLE);
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
      for (const message of batch.messages) {
        const event = indexOf(decode(message.value));
        await transaction(connection, String(message.headers?.['ce_id']), [
          event,
          keyOf[event] as number,
          placeOf[event] as number,
        ]);
        resolveOffset(message.offset);
        handled += 1;
        if (handled % 100 === 0) await heartbeat();
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

async function transaction(connection: pg.Client, id: string, row: readonly number[]): Promise<void> {
  await connection.query({ name: 'begin', text: 'begin' });
  const { rowCount } = await connection.query({
    name: 'inbox',
    text: 'insert into inbox (event_id) values ($1) on conflict do nothing',
    values: [id],
  });
  if (rowCount === 1) {
    await connection.query({
      name: 'effect',
      text: 'insert into effects (event, key, place) values ($1, $2, $3)',
      values: [...row],
    });
  }
  await connection.query({ name: 'commit', text: 'commit' });
}
