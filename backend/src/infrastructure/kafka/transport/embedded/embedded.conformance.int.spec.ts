import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startOrAdopt } from '@/infrastructure/postgres/embedded-server';
import { transportConformance } from '../conformance/transport.conformance';
import { EmbeddedTransport } from './embedded-transport';

/** Port 9 is `discard`: nothing listens there. */
const NOBODY = 'postgres://nobody:nothing@127.0.0.1:9/none';

transportConformance('The embedded log', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'shop-conformance-'));
  await chmod(dataDir, 0o755);
  const server = await startOrAdopt({ dataDir });
  return {
    engine: 'embedded',
    create: () => new EmbeddedTransport({ url: server.url, retentionCheckMs: 300 }),
    createUnreachable: () => new EmbeddedTransport({ url: NOBODY }),
    child: {
      program: fileURLToPath(new URL('../conformance/child/embedded.child.ts', import.meta.url)),
      settings: { dataDir },
    },
    replicationFactor: 1,
    sessionTimeoutMs: 1_500,
    retention: { config: { 'retention.ms': '1000', 'segment.ms': '500' }, withinMs: 15_000 },
    stop: async () => {
      await server.release();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});
