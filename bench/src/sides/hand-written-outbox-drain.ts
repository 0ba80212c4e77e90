import { performance } from 'node:perf_hooks';
import type { Measured } from '../harness/side.ts';
import { fillOutbox, PEER_TABLE, recordsIn } from './parts/outbox.ts';
import { OutboxPoller } from './parts/outbox-poller.ts';
import { connected } from './parts/postgres.ts';
import type { StoringParams } from './parts/side-params.ts';

/** A poller by hand with KafkaJS, until its outbox is empty. */
export async function run(params: StoringParams): Promise<Measured> {
  const { workload } = params;
  const client = await connected(params);
  await client.query(PEER_TABLE);
  await fillOutbox(client, params);
  const before = await recordsIn(params);
  const start = performance.now();
  const poller = await OutboxPoller.open(client, params);
  while ((await poller.move()) > 0);
  const ms = performance.now() - start;
  const records = (await recordsIn(params)) - before;
  if (records !== workload.count) throw new Error(`${records} records for ${workload.count} rows.`);
  await poller.close();
  await client.end();
  return { ms, perSecond: (workload.count / ms) * 1_000 };
}
