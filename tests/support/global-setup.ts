import type { TestProject } from 'vitest/node';
import { removeOldBundles } from './child-bundles';
import { kafkaOfThisRun } from './kafka';
import { startPostgres } from './postgres';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  project.provide('postgresUrl', postgres.url);
  project.provide('kafka', kafkaOfThisRun());
  return async () => {
    await postgres.stop();
    await removeOldBundles();
  };
}
