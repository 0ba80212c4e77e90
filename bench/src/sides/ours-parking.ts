import type { Measured } from '../harness/side.ts';
import { openOurApp } from './parts/our-app.ts';
import { connected } from './parts/postgres.ts';
import type { StoringParams } from './parts/side-params.ts';

const MINUTES_10 = 600_000;
const LOOK_EVERY_MS = 100;

/** Fails every event, until all of them are parked; then puts off their next tries for a day. */
export async function run(params: StoringParams): Promise<Measured> {
  const app = await openOurApp(params, {
    schema: params.schema,
    retry: { firstDelayMs: MINUTES_10, longestDelayMs: MINUTES_10, attempts: 1_000 },
    register: (consumer, event) =>
      consumer.registerHandler(
        event,
        () => {
          throw new Error('This one waits.');
        },
        { name: 'rows' },
      ),
  });
  const client = await connected(params);
  let parked = 0;
  while (parked < params.workload.count) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const { rows } = await client.query('select count(*)::int as parked from parked');
    parked = rows[0].parked;
  }
  await app.close();
  await client.query(
    "update parked set due_at = clock_timestamp() + interval '1 day' where due_at is not null",
  );
  await client.query('vacuum analyze parked');
  return { parked };
}
