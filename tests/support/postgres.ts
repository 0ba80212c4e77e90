import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOrAdopt } from '@/infrastructure/postgres/embedded-server';

export interface TestPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** One PostgreSQL per run, empty, in a directory of its own that goes with it. */
export async function startPostgres(): Promise<TestPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'shop-test-postgres-'));
  // Where the tests run as root, PostgreSQL runs as another user, who has to get through.
  await chmod(dataDir, 0o755);
  const server = await startOrAdopt({ dataDir });
  return {
    url: server.url,
    stop: async () => {
      await server.release();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
