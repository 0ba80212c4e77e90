import { startOrAdopt } from '../embedded-server';

/** A process that uses the embedded server until it is told to release it; its parent may also kill it. */
const server = await startOrAdopt({ dataDir: process.argv[2] ?? '' });
process.once('message', () => {
  void server.release().then(() => process.disconnect());
});
process.send?.(server.url);
