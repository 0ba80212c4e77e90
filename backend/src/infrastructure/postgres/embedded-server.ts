import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isUnavailable } from './database.errors';
import { ClientRegistry } from './server/client-registry';
import { ensureCluster, SUPERUSER } from './server/cluster';
import { acquireLock } from './server/exclusive-lock';
import { type PostgresBinaries, postgresBinaries } from './server/postgres-binaries';
import {
  findServer,
  isPostgres,
  type RunningServer,
  startServer,
  stopServer,
} from './server/postgres-process';
import { ServerGuard } from './server/server-guard';
import { DataDirectoryUnusableError, EmbeddedServerFailedError } from './server/server.errors';
import { type ServerFiles, serverFiles } from './server/server-files';
import { grantPassage, type ServerUser, serverUser } from './server/server-user';

export interface EmbeddedServerOptions {
  /** Everything the server keeps lies here. Made when missing. */
  readonly dataDir: string;
  /** One line per start, adoption and stop; silent by default. */
  readonly log?: (message: string) => void;
}

export interface EmbeddedServer {
  /** Connection string of the superuser, password included: never to be logged. */
  readonly url: string;
  /** True when the server was running already, left by a killed process or shared with another. */
  readonly adopted: boolean;
  /** Idempotent. The last process to release stops the server. */
  release(): Promise<void>;
}

const LOCK_WITHIN_MS = 90_000;
const ANSWER_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/**
 * A real PostgreSQL for one data directory: started, or taken over where it runs. It lives in a session of its own,
 * so it survives the kill of this process, and the next one adopts it. Processes with the same data directory share
 * it, and the last to release it stops it.
 */
export async function startOrAdopt(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const files = serverFiles(resolve(options.dataDir));
  const log = options.log ?? (() => {});
  await makeRoot(files.root);
  const unlock = await acquireLock(files.lock, LOCK_WITHIN_MS);
  try {
    const binaries = await postgresBinaries();
    const user = await serverUser();
    if (user) await openTheWay(files, binaries, user, log);
    const secret = await ensureCluster(files, binaries, user);
    const running = await findUsable(files, secret);
    const server = running ?? (await startServer(files, binaries, user));
    const registry = new ClientRegistry(files.clients);
    const client = await registry.enter();
    const as = user ? ` as user ${user.name} (this process is root, PostgreSQL refuses that)` : '';
    log(`PostgreSQL ${running ? 'adopted' : 'started'}: process ${server.pid}, port ${server.port}${as}`);
    const guard = guardOf(server, files, (port) => revive(files, binaries, user, port), log);
    let released: Promise<void> | undefined;
    const release = async () => {
      await guard.stop();
      await leave(files, client, log);
    };
    return {
      url: urlOf(server, secret),
      adopted: running !== undefined,
      release: () => (released ??= release()),
    };
  } finally {
    await unlock();
  }
}

function guardOf(
  first: RunningServer,
  files: ServerFiles,
  reviveAt: (port: number) => Promise<RunningServer>,
  log: (message: string) => void,
): ServerGuard {
  let server = first;
  return new ServerGuard({
    lives: () => isPostgres(server.pid, files.cluster),
    revive: async () => {
      server = await reviveAt(first.port);
      log(`PostgreSQL was gone and is back: process ${server.pid}, port ${server.port}`);
    },
    log,
  });
}

/** Several processes may notice at once: the first starts it, the others find it. */
async function revive(
  files: ServerFiles,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  port: number,
): Promise<RunningServer> {
  const unlock = await acquireLock(files.lock, LOCK_WITHIN_MS);
  try {
    return (await findServer(files.cluster)) ?? (await startServer(files, binaries, user, port));
  } finally {
    await unlock();
  }
}

async function leave(files: ServerFiles, client: string, log: (message: string) => void): Promise<void> {
  const unlock = await acquireLock(files.lock, LOCK_WITHIN_MS);
  try {
    const others = await new ClientRegistry(files.clients).leave(client);
    if (others > 0) return;
    const server: RunningServer | undefined = await findServer(files.cluster);
    if (!server) return;
    await stopServer(server, files.cluster);
    log(`PostgreSQL stopped: process ${server.pid}`);
  } finally {
    await unlock();
  }
}

async function makeRoot(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
  } catch (cause) {
    throw new DataDirectoryUnusableError(`${root} cannot be made.`, { cause });
  }
}

async function openTheWay(
  files: ServerFiles,
  binaries: PostgresBinaries,
  user: ServerUser,
  log: (message: string) => void,
): Promise<void> {
  const opened = [
    ...(await grantPassage(files.root, user)),
    ...(await grantPassage(dirname(binaries.postgres), user)),
  ];
  if (opened.length === 0) return;
  log(`User ${user.name}, who runs PostgreSQL, may now pass (not read): ${opened.join(', ')}`);
}

/** A running server that lets us in; undefined where none runs, one included that is just dying. */
async function findUsable(files: ServerFiles, secret: string): Promise<RunningServer | undefined> {
  const deadline = performance.now() + ANSWER_WITHIN_MS;
  for (;;) {
    const server = await findServer(files.cluster);
    if (!server) return undefined;
    const client = new pg.Client({
      connectionString: urlOf(server, secret),
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
    });
    // A server that is just dying ends the session after it let us in.
    client.on('error', () => {});
    try {
      await client.connect();
      return server;
    } catch (cause) {
      if (isUnavailable(cause) && performance.now() < deadline) {
        await delay(LOOK_AGAIN_MS);
        continue;
      }
      const message = `The PostgreSQL of ${files.cluster} runs, but does not let us in.`;
      throw new EmbeddedServerFailedError(message, { cause });
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function urlOf({ port }: RunningServer, secret: string): string {
  return `postgres://${SUPERUSER}:${secret}@127.0.0.1:${port}/postgres`;
}
