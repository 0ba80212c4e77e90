import type { Measured, Stage } from '../harness/side.ts';
import { percentile } from '../report/statistics.ts';
import { openLoop, type OpenLoopSettings } from '../shop/open-loop.ts';
import { StockedShop } from '../shop/stocked-shop.ts';
import type { DatabaseParams } from './parts/database-params.ts';

export interface OrderLatencyParams extends DatabaseParams, OpenLoopSettings {
  readonly dataDir: string;
  readonly engine: 'kafka' | 'embedded';
}

/** Orders at a steady rate, from the moment when the POST was due until another session sees them completed. */
export async function run(params: OrderLatencyParams, stage: Stage): Promise<Measured> {
  const { parts, databaseUrl, dataDir, engine } = params;
  const kafka = engine === 'kafka' ? parts : undefined;
  const shop = await StockedShop.open({ databaseUrl, dataDir, kafka });
  let signal: 'SIGKILL' | undefined = 'SIGKILL';
  try {
    const { latencies, unfinished } = await openLoop(params, async () =>
      shop.watch.completed(await shop.order()),
    );
    if (unfinished === 0) {
      await shop.prove();
      signal = undefined;
    } else {
      stage.say(`  ${unfinished} orders were not completed in time; they count as ended then.`);
    }
    return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99), unfinished };
  } finally {
    await shop.close(signal);
  }
}
