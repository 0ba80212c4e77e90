import { createServer } from 'node:net';

/** Below the ranges that systems take outgoing connections' ports from, so that none of these takes one of ours. */
const FIRST = 20_000;
const PER_WORKER = 1_000;
const WORKERS = 10;
let next = 0;

/** A port of the loopback that is free now, and that no other worker of this run is given. */
export async function freePort(): Promise<number> {
  const worker = Number(process.env['VITEST_POOL_ID'] ?? 1) % WORKERS;
  for (let tried = 0; tried < PER_WORKER; tried++) {
    const port = FIRST + worker * PER_WORKER + (next++ % PER_WORKER);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port is free in ${PER_WORKER} from ${FIRST + worker * PER_WORKER} on.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
