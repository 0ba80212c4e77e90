import { startOrAdopt } from '@/infrastructure/postgres/embedded-server';
import { EmbeddedTransport } from '../../embedded/embedded-transport';
import { runConformanceChild } from './run-conformance-child';

/** Shares the server of the data directory, as a second `npm start` beside the first one does. */
await runConformanceChild(async (settings) => {
  const { dataDir } = settings as { dataDir: string };
  const server = await startOrAdopt({ dataDir });
  return { transport: new EmbeddedTransport({ url: server.url }), release: () => server.release() };
});
