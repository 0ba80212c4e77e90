import { spawn } from 'node:child_process';
import { root } from './workspace.mjs';

const running = new Set();

/** Ends what `run` has started, whole process groups, so that no grandchild stays behind. */
export function endAll(signal = 'SIGTERM') {
  for (const child of running) endGroup(child, signal);
}

export function endGroup(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

const MOST_KEPT = 4_096;

/**
 * Resolves with the exit status. `quiet` keeps the output and gives it back instead of showing it; `keepErrors` shows
 * everything, and gives the end of what went to stderr back as well; `uninterrupted` is for what takes other things
 * down, and so must not be ended with them.
 */
export function run(
  command,
  args,
  { env = process.env, quiet = false, keepErrors = false, uninterrupted = false, cwd = root } = {},
) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: process.platform !== 'win32',
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet || keepErrors ? 'pipe' : 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => {
      if (!quiet) process.stderr.write(chunk);
      output = quiet ? output + chunk : (output + chunk).slice(-MOST_KEPT);
    });
    if (!uninterrupted) running.add(child);
    child.once('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? 1, signal, output });
    });
  });
}
