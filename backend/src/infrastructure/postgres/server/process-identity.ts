import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ZOMBIE = 'Z';

/** A pid alone is reused by the system; together with its start time it names one process. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: startTime(process.pid) ?? 'unknown' };
}

export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return pidExists(pid) && (startTime(pid) ?? 'unknown') === startedAt;
}

export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line as one string; undefined where the process is gone or the system does not tell. */
export function commandLine(pid: number): string | undefined {
  if (process.platform === 'linux') return readProc(pid, 'cmdline')?.replaceAll('\0', ' ');
  return ps(pid, 'command=');
}

/** It has ended, and its parent has not looked yet; until then its pid is not free. */
export function isZombie(pid: number): boolean {
  const state =
    process.platform === 'linux'
      ? /^\d+ \(.*\) (\S)/s.exec(readProc(pid, 'stat') ?? '')?.[1]
      : ps(pid, 'stat=')?.charAt(0);
  return state === ZOMBIE;
}

/** Opaque, equal for the same process only. Undefined where the process is gone or the system does not tell. */
function startTime(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps(pid, 'lstart=');
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return undefined;
  // The command name, in parentheses, may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === ZOMBIE ? undefined : `${bootId()}/${fields[19]}`;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

let boot: string | undefined;
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

function ps(pid: number, field: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    return execFileSync('ps', ['-o', field, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
