import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromChild, Measured } from './side.ts';

export interface RunningSide {
  readonly ready: Promise<void>;
  readonly measured: Promise<Measured>;
  /** Ends it; what it measured is lost. */
  end(): void;
}

export interface SideOptions {
  readonly limitMs: number;
  /** Where the V8 profile of this side goes. */
  readonly profile?: string | undefined;
  readonly say: (text: string) => void;
}

const PROGRAM = fileURLToPath(new URL('side-process.ts', import.meta.url));
const KEPT_CHARACTERS = 8_000;
const running = new Set<ChildProcess>();

export function endSides(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts a side in a process of its own; it is ended when the limit has passed. */
export function startSide(
  name: string,
  params: unknown,
  { limitMs, profile, say }: SideOptions,
): RunningSide {
  const child = fork(PROGRAM, [], {
    execArgv: profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  const output = tailOf(child);
  const ready = Promise.withResolvers<void>();
  const measured = Promise.withResolvers<Measured>();
  ready.promise.catch(() => undefined);
  measured.promise.catch(() => undefined);
  let outcome: FromChild | undefined;
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, limitMs);
  child.on('message', (message: FromChild) => {
    if (message.kind === 'ready') ready.resolve();
    else if (message.kind === 'said') say(message.text);
    else outcome = message;
  });
  child.once('close', (code, signal) => {
    running.delete(child);
    clearTimeout(limit);
    if (outcome?.kind === 'measured') {
      ready.resolve();
      return measured.resolve(outcome.measured);
    }
    const reason = late
      ? `was not done within ${limitMs / 1000} s`
      : outcome?.kind === 'failed'
        ? outcome.message
        : `ended with ${signal ?? code}`;
    const error = new Error(`Side '${name}': ${reason}\n${output()}`);
    ready.reject(error);
    measured.reject(error);
  });
  child.send({ name, params });
  return { ready: ready.promise, measured: measured.promise, end: () => child.kill('SIGKILL') };
}

function tailOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-KEPT_CHARACTERS);
    });
  }
  return () => text;
}
