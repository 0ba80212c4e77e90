import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measured, Stage } from '../harness/side.ts';
import { closedLoop, type ClosedLoopSettings } from '../shop/closed-loop.ts';
import { ServerStatements } from '../shop/server-statements.ts';
import { StockedShop } from '../shop/stocked-shop.ts';
import { mostFrequent } from '../shop/statement-table.ts';
import type { DatabaseParams } from './parts/database-params.ts';

export interface OrdersParams extends DatabaseParams, ClosedLoopSettings {
  readonly dataDir: string;
  /** Counts statements where they are sent as well, and tells the most frequent ones. */
  readonly counting?: boolean;
}

const IDLE_MS = 3_000;

/** Orders through the built shop on the embedded engine, from the POST until another session sees them completed. */
export async function run(params: OrdersParams, stage: Stage): Promise<Measured> {
  const { parts, databaseUrl, dataDir, counting } = params;
  const server = await ServerStatements.open(parts.postgresUrl, databaseUrl);
  const shop = await StockedShop.open({ databaseUrl, dataDir, counting });
  try {
    const idle = counting ? await idleStatements(server) : {};
    const measured = await measure(params, shop, server, stage);
    const ended = performance.now();
    await shop.prove();
    return { ...idle, ...measured, settledMs: performance.now() - ended };
  } finally {
    await shop.close();
    await server.close();
  }
}

async function measure(
  params: OrdersParams,
  shop: StockedShop,
  server: ServerStatements,
  stage: Stage,
): Promise<Measured> {
  const { counting } = params;
  const { finished, ms, p50Ms, before, after } = await closedLoop(
    params,
    async () => shop.watch.completed(await shop.order()),
    async () => ({
      ...(await server.counts()),
      looks: shop.watch.looks,
      sent: counting ? await shop.shop.statements() : [],
    }),
  );
  if (counting) stage.say(mostFrequent(before.sent, after.sent, finished));
  const ofTheBench = after.looks - before.looks;
  return {
    perSecond: (finished / ms) * 1_000,
    p50Ms,
    statements: (after.statements - before.statements) / finished,
    commits: (after.commits - before.commits - ofTheBench) / finished,
    deadlocks: after.deadlocks - before.deadlocks,
    ...(counting ? { sent: (total(after.sent) - total(before.sent)) / finished } : {}),
  };
}

async function idleStatements(server: ServerStatements): Promise<Measured> {
  const before = await server.counts();
  await delay(IDLE_MS);
  const after = await server.counts();
  return { idlePerSecond: ((after.statements - before.statements) / IDLE_MS) * 1_000 };
}

const total = (counts: readonly { readonly calls: number }[]): number =>
  counts.reduce((sum, { calls }) => sum + calls, 0);
