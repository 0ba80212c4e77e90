import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

const ROOT = new URL('../../../', import.meta.url);
/** As `npm start` runs them; it also ends them when this process is gone. */
const FLAGS = ['--enable-source-maps', '--import', new URL('scripts/lib/end-with-parent.mjs', ROOT).href];
const KEPT_CHARACTERS = 4_000;
const READY_WITHIN_MS = 40_000;
const END_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 50;

/** A built program of the product in a process of its own. */
export class Program {
  readonly child: ChildProcess;
  private readonly name: string;
  private readonly ended: Promise<unknown>;
  private output = '';

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.child = child;
    this.ended = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-KEPT_CHARACTERS);
      });
    }
  }

  static start(script: string, env: NodeJS.ProcessEnv, preload: readonly string[] = []): Program {
    const imports = preload.flatMap((url) => ['--import', url]);
    const profile = process.execArgv.filter((flag) => flag.startsWith('--cpu-prof'));
    const path = fileURLToPath(new URL(script, ROOT));
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [...FLAGS, ...imports, ...profile, path], {
      cwd: fileURLToPath(ROOT),
      env: { PATH, HOME, NODE_NO_WARNINGS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return new Program(script, child);
  }

  async until(url: string): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      if (this.over) throw new Error(`${this.name} ended before it was ready:\n${this.output}`);
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      if (performance.now() > deadline) throw new Error(`${this.name} is not ready:\n${this.output}`);
      await delay(LOOK_AGAIN_MS);
    }
  }

  /** `SIGKILL` does not wait for what it has under way. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.over) return;
    const late = setTimeout(() => this.child.kill('SIGKILL'), END_WITHIN_MS);
    this.child.kill(signal);
    await this.ended;
    clearTimeout(late);
  }

  private get over(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
