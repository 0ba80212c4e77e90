import { performance } from 'node:perf_hooks';
import type { Measured } from '../harness/side.ts';
import { openOurApp } from './parts/our-app.ts';
import { fillOutbox, recordsIn, untilEmpty } from './parts/outbox.ts';
import { connected } from './parts/postgres.ts';
import type { StoringParams } from './parts/side-params.ts';

/** Our relay, from the start of the application until the outbox is empty. */
export async function run(params: StoringParams): Promise<Measured> {
  const { schema, workload } = params;
  const open = () => openOurApp(params, { schema, register: () => undefined });
  const first = await open();
  await first.close();
  const client = await connected(params);
  await fillOutbox(client, params);
  const before = await recordsIn(params);
  const start = performance.now();
  const app = await open();
  await untilEmpty(client);
  const ms = performance.now() - start;
  const records = (await recordsIn(params)) - before;
  if (records !== workload.count) throw new Error(`${records} records for ${workload.count} rows.`);
  await app.close();
  await client.end();
  return { ms, perSecond: (workload.count / ms) * 1_000 };
}
