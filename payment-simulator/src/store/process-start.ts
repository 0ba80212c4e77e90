import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const STATE_FIELD = 0;
const START_FIELD = 19;

/**
 * When a running process began, in whatever form the system tells it. `undefined`: no such process runs;
 * `null`: this system does not tell.
 */
export function processStart(pid: number): string | null | undefined {
  if (process.platform === 'linux') return linuxStart(pid);
  return process.platform === 'win32' ? null : startFromPs(pid);
}

function linuxStart(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[STATE_FIELD] === 'Z' ? undefined : fields[START_FIELD];
}

function startFromPs(pid: number): string | null | undefined {
  try {
    const output = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.trim() || undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : undefined;
  }
}
