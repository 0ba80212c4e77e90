import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endGroup } from './run.mjs';
import { inRoot, nodeBinary, root } from './workspace.mjs';

const PREFIX_WIDTH = 10;

/**
 * A long-running process of ours: its lines are shown under its name, and it ends when we do, even if we are killed.
 * It is in a group of its own, so that Ctrl-C reaches it once, by us.
 */
export function startService(name, script, env) {
  const child = spawn(
    nodeBinary(),
    ['--enable-source-maps', '--import', inRoot('scripts/lib/end-with-parent.mjs'), script],
    {
      cwd: root,
      env,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const prefix = `${name.padEnd(PREFIX_WIDTH)} | `;
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    createInterface({ input: from }).on('line', (line) => to.write(`${prefix}${line}\n`));
  }
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, reason: error.message }));
    child.once('close', (code, signal) => resolve({ code: code ?? 1, reason: signal ?? `status ${code}` }));
  });
  return {
    name,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null && child.pid !== undefined,
    end: (signal) => endGroup(child, signal),
  };
}
