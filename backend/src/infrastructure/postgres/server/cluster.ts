import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './postgres-binaries';
import { DataDirectoryUnusableError, EmbeddedServerFailedError } from './server.errors';
import type { ServerFiles } from './server-files';
import type { ServerUser } from './server-user';

export const SUPERUSER = 'postgres';

const run = promisify(execFile);

/** Makes the cluster where there is none, and answers its password. A kill at any moment leaves none or a whole one. */
export async function ensureCluster(
  files: ServerFiles,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
): Promise<string> {
  if (existsSync(join(files.cluster, 'PG_VERSION'))) return readSecret(files);
  if (existsSync(files.cluster)) {
    throw new DataDirectoryUnusableError(`${files.cluster} exists and is no PostgreSQL cluster.`);
  }
  const secret = randomBytes(24).toString('base64url');
  // Of an attempt whose process was killed, `initdb` goes on: in a place of its own, which it may also remove in the end.
  await rm(files.draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  const place = join(files.draft, randomBytes(6).toString('hex'));
  await mkdir(place, { recursive: true, mode: 0o700 });
  const passwordFile = join(place, 'password');
  const cluster = join(place, 'cluster');
  await writeFile(passwordFile, `${secret}\n`, { mode: 0o600 });
  if (user) {
    const paths = [files.draft, place, passwordFile];
    await Promise.all(paths.map((path) => chown(path, user.uid, user.gid)));
  }
  await initialise(binaries, user, cluster, passwordFile);
  await writeFile(`${files.secret}.draft`, secret, { mode: 0o600 });
  await rename(`${files.secret}.draft`, files.secret);
  await rename(cluster, files.cluster);
  await rm(files.draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  return secret;
}

async function initialise(
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  cluster: string,
  passwordFile: string,
): Promise<void> {
  const options = [
    `--pgdata=${cluster}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
  try {
    await run(binaries.initdb, options, {
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      ...(user && { uid: user.uid, gid: user.gid }),
    });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() ?? '';
    throw new EmbeddedServerFailedError(`initdb failed. ${said}`, { cause: error });
  }
}

async function readSecret(files: ServerFiles): Promise<string> {
  try {
    return await readFile(files.secret, 'utf8');
  } catch (error) {
    throw new DataDirectoryUnusableError(
      `${files.cluster} is there, but its password in ${files.secret} cannot be read.`,
      { cause: error },
    );
  }
}
