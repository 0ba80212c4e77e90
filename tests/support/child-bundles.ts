import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const BUNDLES = resolve(import.meta.dirname, '../../node_modules/.cache/test-children');

/** Removes the programs for second processes whose test worker is gone; workers end without a chance to do so. */
export async function removeOldBundles(): Promise<void> {
  const names = await readdir(BUNDLES).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const old = names.filter((name) => !isAlive(Number.parseInt(name, 10)));
  await Promise.all(old.map((name) => rm(join(BUNDLES, name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
