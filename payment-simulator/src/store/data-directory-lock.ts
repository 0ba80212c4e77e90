import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataDirectoryLockedError } from '../errors/simulator.errors.ts';
import { processStart } from './process-start.ts';

interface Holder {
  readonly pid: number;
  /** When that process began, so that a later process with the same id is not taken for it. */
  readonly started: string | null;
}

export interface DataDirectoryLock {
  release(): void;
}

/**
 * One process per directory. The lock is a file with the holder's identity, made by linking a finished file,
 * so that it is never seen half-written. The lock of a process that is gone (kill -9) is taken over.
 */
export function lockDataDirectory(directory: string): DataDirectoryLock {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'lock');
  const own = `${path}.${process.pid}`;
  const identity = JSON.stringify({
    pid: process.pid,
    started: processStart(process.pid) ?? null,
  } satisfies Holder);
  writeFileSync(own, identity);
  try {
    while (!claim(own, path)) setAside(path, directory);
  } finally {
    rmSync(own, { force: true });
  }
  return {
    release: () => {
      if (contents(path) === identity) rmSync(path, { force: true });
    },
  };
}

function claim(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function setAside(path: string, directory: string): void {
  const seen = contents(path);
  if (seen === undefined) return;
  const holder = parse(seen);
  if (holder !== undefined && alive(holder)) throw new DataDirectoryLockedError(directory, holder.pid);
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Another starter may have taken the stale lock over between the look and the rename: give it back.
  if (contents(aside) !== seen) claim(aside, path);
  rmSync(aside, { force: true });
}

function contents(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    return typeof value?.pid === 'number' ? { pid: value.pid, started: value.started ?? null } : undefined;
  } catch {
    return undefined;
  }
}

function alive(holder: Holder): boolean {
  const started = processStart(holder.pid);
  if (started === undefined) return false;
  if (started !== null) return holder.started === null || started === holder.started;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
