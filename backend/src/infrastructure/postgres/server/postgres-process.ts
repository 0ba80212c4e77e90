import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { chown, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresBinaries } from './postgres-binaries';
import { commandLine, isZombie, pidExists } from './process-identity';
import { EmbeddedServerFailedError } from './server.errors';
import type { ServerFiles } from './server-files';
import type { ServerUser } from './server-user';

/** A PostgreSQL that accepts connections. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 15;
const LONGEST_LOG_BYTES = 8 * 1024 * 1024;
/** What PostgreSQL says while processes of a killed predecessor are still ending, and when its port was taken. */
const TRY_AGAIN =
  /pre-existing shared memory block|could not (bind|create any TCP\/IP)|lock file .* already exists/;

/** The server of this cluster if one runs, ready or still starting; undefined where none does. */
export async function findServer(cluster: string): Promise<RunningServer | undefined> {
  const deadline = performance.now() + START_WITHIN_MS;
  for (;;) {
    const file = await readPidFile(cluster);
    if (file === undefined || !isPostgres(file.pid, cluster)) return undefined;
    if (file.ready) return { pid: file.pid, port: file.port };
    if (performance.now() > deadline) {
      throw new EmbeddedServerFailedError(`PostgreSQL, process ${file.pid}, does not become ready.`);
    }
    await delay(LOOK_AGAIN_MS);
  }
}

/**
 * Starts PostgreSQL so that it outlives us, in a session of its own, on the loopback interface: on the port given,
 * or on a free one.
 */
export async function startServer(
  files: ServerFiles,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  port?: number,
): Promise<RunningServer> {
  const deadline = performance.now() + START_WITHIN_MS;
  await rotateLog(files.log);
  for (;;) {
    await disownZombie(files, user);
    const before = await sizeOf(files.log);
    const child = await launch(files, binaries, user, port ?? (await freePort()));
    let ended = false;
    child.once('exit', () => {
      ended = true;
    });
    while (!ended && performance.now() < deadline) {
      const file = await readPidFile(files.cluster);
      if (file?.ready && file.pid === child.pid) return { pid: file.pid, port: file.port };
      await delay(LOOK_AGAIN_MS);
    }
    const said = (await readFile(files.log)).subarray(before).toString();
    if (ended && TRY_AGAIN.test(said) && performance.now() < deadline) {
      await delay(LOOK_AGAIN_MS * 10);
      continue;
    }
    if (!ended) child.kill('SIGQUIT');
    throw new EmbeddedServerFailedError(
      `PostgreSQL did not start. Its log (${files.log}) ends with:\n${lastLines(said)}`,
    );
  }
}

/** Ends sessions, writes a checkpoint and waits for the end; without a checkpoint when that takes too long. */
export async function stopServer(server: RunningServer, cluster: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isPostgres(server.pid, cluster)) return;
    process.kill(server.pid, signal);
    const deadline = performance.now() + STOP_WITHIN_MS;
    while (performance.now() < deadline) {
      if (!isPostgres(server.pid, cluster)) return;
      await delay(LOOK_AGAIN_MS);
    }
  }
  throw new EmbeddedServerFailedError(`PostgreSQL, process ${server.pid}, does not end.`);
}

async function launch(
  files: ServerFiles,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  port: number,
) {
  const log = await open(files.log, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    const child = spawn(binaries.postgres, ['-D', files.cluster, ...settings(port, binaries)], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => {
        reject(new EmbeddedServerFailedError(`${binaries.postgres} cannot be run.`, { cause }));
      });
    });
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

function settings(port: number, binaries: PostgresBinaries): string[] {
  const wanted: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 300,
    wal_level: 'logical',
    synchronous_commit: 'on',
    fsync: 'on',
    ...(binaries.hasStatStatements && { shared_preload_libraries: 'pg_stat_statements' }),
  };
  return Object.entries(wanted).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

const pidFileOf = (cluster: string): string => join(cluster, 'postmaster.pid');

/** Lines of postmaster.pid by the PostgreSQL source (miscadmin.h): 1 pid, 4 port, 8 status. */
async function readPidFile(cluster: string): Promise<(RunningServer & { ready: boolean }) | undefined> {
  const text = await readFile(pidFileOf(cluster), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * A killed PostgreSQL counts as running for the next one until its own parent has asked for its end, and a parent may
 * never ask. A file that names the parent of who reads it is stale by the PostgreSQL source (CreateLockFile in
 * miscinit.c), which then still looks whether processes of the killed one use its shared memory: so we put our name there.
 */
async function disownZombie({ cluster }: ServerFiles, user: ServerUser | undefined): Promise<void> {
  const file = await readPidFile(cluster);
  if (file === undefined || !isZombie(file.pid)) return;
  const path = pidFileOf(cluster);
  const draft = `${path}.draft`;
  const text = await readFile(path, 'utf8');
  await writeFile(draft, text.replace(/^-?\d+/, String(process.pid)), { mode: 0o600 });
  if (user) await chown(draft, user.uid, user.gid);
  await rename(draft, path);
}

/** A stale file may name a pid that now belongs to somebody else. */
export function isPostgres(pid: number, cluster: string): boolean {
  if (!pidExists(pid)) return false;
  if (process.platform === 'win32') return true;
  const command = commandLine(pid);
  return command !== undefined && command.includes('postgres') && command.includes(cluster);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function rotateLog(path: string): Promise<void> {
  if ((await sizeOf(path)) > LONGEST_LOG_BYTES) await rename(path, `${path}.1`);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-5).join('\n');
}
