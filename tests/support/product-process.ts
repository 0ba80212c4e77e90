import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { eventually } from '@/testing/eventually';

const ROOT = resolve(import.meta.dirname, '../..');
const KEPT_LINES = 400;
const START_WITHIN_MS = 60_000;
const END_WITHIN_MS = 40_000;

/** A program of the built product in a process of its own, with the end of its output at hand for a failing spec. */
export class ProductProcess {
  private readonly lines: string[] = [];
  private readonly ended: Promise<number | NodeJS.Signals>;
  private over = false;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise((done) => {
      child.once('exit', (code, signal) => {
        this.over = true;
        done(code ?? signal ?? 0);
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.lines.push(...text.trimEnd().split('\n'));
        this.lines.splice(0, Math.max(0, this.lines.length - KEPT_LINES));
      });
    }
  }

  static start(name: string, script: string, env: NodeJS.ProcessEnv): ProductProcess {
    return ProductProcess.spawn(name, process.execPath, ['--enable-source-maps', resolve(ROOT, script)], env);
  }

  /** One of the repository's scripts, by npm as a person runs it. */
  static npm(name: string, args: readonly string[], env: NodeJS.ProcessEnv): ProductProcess {
    return ProductProcess.spawn(name, 'npm', args, env);
  }

  private static spawn(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ProductProcess(name, child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get output(): string {
    return this.lines.join('\n');
  }

  /** Resolves when the address answers well; fails at once, with the output, when the process ends instead. */
  async until(url: string): Promise<void> {
    await eventually(
      async () => {
        if (this.over) return true;
        const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
        await answer.body?.cancel();
        return answer.ok;
      },
      { withinMs: START_WITHIN_MS, what: `${this.name} at ${url}` },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output}`, { cause: error });
    });
    if (this.over) throw new Error(`${this.name} ended before it was ready:\n${this.output}`);
  }

  /** Its exit status, or the signal that ended it. */
  exit(): Promise<number | NodeJS.Signals> {
    return this.ended;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Ends it in order and answers its exit status; one that does not end in time is killed and fails the spec. */
  async stop(): Promise<number | NodeJS.Signals> {
    if (this.over) return this.ended;
    this.child.kill('SIGTERM');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.child.kill('SIGKILL');
        reject(new Error(`${this.name} did not end within ${END_WITHIN_MS} ms:\n${this.output}`));
      }, END_WITHIN_MS);
    });
    try {
      return await Promise.race([this.ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
