import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundleForChild } from '@/testing/bundle-for-child';
import { eventually } from '@/testing/eventually';
import type { WorkerSettings } from './worker-settings';

export type WorkerCall =
  | { readonly call: 'stop' }
  | { readonly call: 'clock'; readonly byMs: number }
  | { readonly call: 'fill'; readonly handler: string }
  | { readonly call: 'resume replays' };

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const PROGRAM = fileURLToPath(new URL('./worker.child.ts', import.meta.url));
const KEPT_OUTPUT = 8_000;
const HEARD_WITHIN_MS = 90_000;
const END_WITHIN_MS = 30_000;

/** A worker in a process of its own, to be killed, stopped and continued. */
export class WorkerProcess {
  readonly ended: Promise<ProcessEnd>;
  private readonly heard: string[] = [];
  private end: ProcessEnd | undefined;
  private text = '';

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.end = { code, signal };
        resolve(this.end);
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.text = (this.text + chunk.toString()).slice(-KEPT_OUTPUT);
      });
    }
    child.on('message', (word: string) => this.heard.push(word));
  }

  /** Resolves when the application runs. */
  static async start(settings: WorkerSettings): Promise<WorkerProcess> {
    const child = fork(await bundleForChild(PROGRAM), {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, LOG_LEVEL: 'warn', WORKER_SETTINGS: JSON.stringify(settings) },
      execArgv: ['--enable-source-maps'],
    });
    const worker = new WorkerProcess(settings.name, child);
    await worker.hears('ready');
    return worker;
  }

  /** The end of what it printed. */
  get output(): string {
    return this.text;
  }

  get alive(): boolean {
    return this.end === undefined;
  }

  /** Sets its clock wrong by so many ms. */
  shiftClock(byMs: number): Promise<void> {
    return this.ask({ call: 'clock', byMs });
  }

  /** Begins a replay of what has no outcome at the handler. */
  fill(handler: string): Promise<void> {
    return this.ask({ call: 'fill', handler });
  }

  /** Goes on with the replays of processes that have ended. */
  resumeReplays(): Promise<void> {
    return this.ask({ call: 'resume replays' });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  /** Answers the signal that ended it, so that a spec can see that it was no other end. */
  async kill(): Promise<NodeJS.Signals | null> {
    this.child.kill('SIGKILL');
    return (await this.ended).signal;
  }

  /** Ends it in order; one that does not end in time is killed and fails the spec. */
  async stop(): Promise<void> {
    if (!this.alive) return;
    this.child.kill('SIGCONT');
    this.send({ call: 'stop' });
    await eventually(() => !this.alive, { withinMs: END_WITHIN_MS, what: `${this.name} to end` }).catch(
      async (error: unknown) => {
        await this.kill();
        throw new Error(`${String(error)}\n${this.text}`, { cause: error });
      },
    );
  }

  private async ask(call: WorkerCall): Promise<void> {
    this.heard.length = 0;
    this.send(call);
    await this.hears(call.call);
  }

  // A child that has just died hears nothing; who waits for its answer learns of its end.
  private send(call: WorkerCall): void {
    this.child.send(call, () => {});
  }

  private async hears(word: string): Promise<void> {
    await eventually(() => this.heard.includes(word) || !this.alive, {
      withinMs: HEARD_WITHIN_MS,
      what: `'${word}' of ${this.name}`,
    });
    if (!this.alive) throw new Error(`${this.name} ended (${JSON.stringify(this.end)}):\n${this.text}`);
  }
}
