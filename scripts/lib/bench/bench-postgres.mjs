import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot } from '../workspace.mjs';

/** A new server with the settings it is shipped with, for these benches alone. */
export async function postgresForBenches() {
  const server = pathToFileURL(inRoot('backend/dist/infrastructure/postgres/embedded-server.js'));
  const { startOrAdopt } = await import(server.href);
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-bench-postgres-'));
  // Where we run as root, PostgreSQL runs as another user, who has to get through.
  chmodSync(dataDir, 0o755);
  const { url, release } = await startOrAdopt({ dataDir });
  return {
    url,
    stop: async () => {
      await release();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
