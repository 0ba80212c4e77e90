import { execFile } from 'node:child_process';
import { chmod, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedServerUnsupportedError } from './server.errors';

/** Who runs PostgreSQL, when it cannot be us: it refuses to run as root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const USER = 'postgres';
/** Exists on every Linux; taken where no user can be added. */
const LAST_RESORT = 'nobody';
const run = promisify(execFile);

/** Undefined when this process is not root, and PostgreSQL runs as its own user. */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await find(USER);
  if (known) return known;
  const cause = await run('useradd', ['--system', '--user-group', '--no-create-home', USER]).then(
    () => undefined,
    (error: unknown) => error,
  );
  const user = (await find(USER)) ?? (await find(LAST_RESORT));
  if (user) return user;
  throw new EmbeddedServerUnsupportedError(
    `PostgreSQL refuses to run as root, and no user ${USER} could be added. Start as another user.`,
    { cause },
  );
}

/**
 * Lets the server's user pass (not list, not read) each directory above the path, as PostgreSQL opens its files by
 * their whole name. Answers the directories whose mode was changed.
 */
export async function grantPassage(path: string, user: ServerUser): Promise<string[]> {
  const changed: string[] = [];
  for (let directory = path; ; directory = dirname(directory)) {
    const { mode, uid, gid } = await stat(directory);
    const needed = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & needed) === 0) {
      await chmod(directory, (mode & 0o7777) | needed);
      changed.push(directory);
    }
    if (directory === dirname(directory)) return changed;
  }
}

async function find(name: string): Promise<ServerUser | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8');
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find((line) => line[0] === name);
  return fields && { name, uid: Number(fields[2]), gid: Number(fields[3]) };
}
