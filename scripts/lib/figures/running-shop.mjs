import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { root } from '../workspace.mjs';

const READY_WITHIN_MS = 180_000;
const KEPT_CHARACTERS = 8_000;
const READY_LINE = /Ready in [\d.]+ s/;

/** `npm start` as a person types it; resolves at the line that says ready, with the milliseconds until then. */
export async function startShop(env) {
  const from = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  const ready = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`Not ready in time:\n${output}`)), READY_WITHIN_MS);
    const settle = (act) => {
      clearTimeout(late);
      act();
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-KEPT_CHARACTERS);
        if (READY_LINE.test(output)) settle(() => resolve(performance.now() - from));
      });
    }
    child.once('error', (error) => settle(() => reject(error)));
    child.once('close', () => settle(() => reject(new Error(`The shop ended:\n${output}`))));
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  try {
    return { pid: child.pid, startMs: await ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
