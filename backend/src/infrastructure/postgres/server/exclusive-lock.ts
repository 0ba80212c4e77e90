import { randomUUID } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { DataDirectoryBusyError } from './server.errors';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity';

interface Holder extends ProcessIdentity {
  readonly nonce: string;
}

const LOOK_AGAIN_MS = 20;

/**
 * A lock file that names its holder (pid and start time) and is taken over when the holder is dead. Resolves with
 * the release.
 *
 * Two processes may find the same dead holder at once. Each lock carries a nonce, and only who holds the lock
 * named after that nonce may remove the file, so a lock newly taken is never removed by the slower of the two.
 */
export async function acquireLock(path: string, withinMs: number): Promise<() => Promise<void>> {
  const deadline = performance.now() + withinMs;
  const own: Holder = { ...ownIdentity(), nonce: randomUUID() };
  for (;;) {
    if (await create(path, own)) return () => unlink(path);
    const holder = await read(path);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      await removeDead(path, holder, deadline);
      continue;
    }
    if (performance.now() > deadline) {
      throw new DataDirectoryBusyError(`${path} is held by process ${holder.pid}, which is alive.`);
    }
    await delay(LOOK_AGAIN_MS);
  }
}

/** The file appears with its content or not at all: `link` is atomic and refuses an existing name. */
async function create(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.nonce}.draft`;
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

async function removeDead(path: string, dead: Holder, deadline: number): Promise<void> {
  const release = await acquireLock(`${path}.${dead.nonce}`, Math.max(0, deadline - performance.now()));
  try {
    if ((await read(path))?.nonce === dead.nonce) await unlink(path);
  } finally {
    await release();
  }
}

async function read(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DataDirectoryBusyError(`${path} is not a lock of ours.`, { cause: error });
  }
}
