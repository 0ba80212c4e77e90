import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Measured } from '../harness/side.ts';
import { closedLoop, type ClosedLoopSettings } from '../shop/closed-loop.ts';
import { ServerStatements } from '../shop/server-statements.ts';
import type { DatabaseParams } from './parts/database-params.ts';

const STEPS = 5;

const fiveSteps = DBOS.registerWorkflow(
  async (): Promise<void> => {
    for (let step = 1; step <= STEPS; step += 1) {
      await DBOS.runStep(async () => undefined, { name: `step ${step}` });
    }
  },
  { name: 'five empty steps' },
);

/** Durable workflows that do nothing, as they come: awaited in the process that runs them. */
export async function run(params: DatabaseParams & ClosedLoopSettings): Promise<Measured> {
  const { parts, databaseUrl } = params;
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: databaseUrl, logLevel: 'error' });
  await DBOS.launch();
  const server = await ServerStatements.open(parts.postgresUrl, databaseUrl);
  const { finished, ms, p50Ms, before, after } = await closedLoop(params, fiveSteps, () => server.counts());
  await DBOS.shutdown();
  await server.close();
  return {
    perSecond: (finished / ms) * 1_000,
    p50Ms,
    statements: (after.statements - before.statements) / finished,
    commits: (after.commits - before.commits) / finished,
  };
}
