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
  await rm(files.draft, { recursive: true, force: true });
  await mkdir(files.draft, { mode: 0o700 });
  const passwordFile = join(files.draft, 'password');
  const cluster = join(files.draft, 'cluster');
  await writeFile(passwordFile, `${secret}\n`, { mode: 0o600 });
  if (user) await Promise.all([files.draft, passwordFile].map((path) => chown(path, user.uid, user.gid)));
  await initialise(binaries, user, cluster, passwordFile);
  await writeFile(`${files.secret}.draft`, secret, { mode: 0o600 });
  await rename(`${files.secret}.draft`, files.secret);
  await rename(cluster, files.cluster);
  await rm(files.draft, { recursive: true, force: true });
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
