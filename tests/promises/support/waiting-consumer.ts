import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bundleForChild } from '@/testing/bundle-for-child';
import type { WaitingAnswer, WaitingCall } from './waiting.child';
import type { WorkerSettings } from './worker-settings';

const PROGRAM = fileURLToPath(new URL('./waiting.child.ts', import.meta.url));

/** A consumer in a process of its own that can be held. Asked one thing at a time. */
export class WaitingConsumer {
  private waiting = Promise.withResolvers<WaitingAnswer>();

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (answer: WaitingAnswer) => this.waiting.resolve(answer));
    child.once('exit', (code) => this.waiting.reject(new Error(`The consumer ended with ${String(code)}.`)));
    // Its end is an error for whoever asks, and only then.
    this.waiting.promise.catch(() => undefined);
  }

  static async start(settings: WorkerSettings): Promise<WaitingConsumer> {
    const child = fork(await bundleForChild(PROGRAM), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--expose-gc'],
      env: { ...process.env, LOG_LEVEL: 'error', WORKER_SETTINGS: JSON.stringify(settings) },
    });
    const consumer = new WaitingConsumer(child);
    await consumer.waiting.promise;
    return consumer;
  }

  async hold(): Promise<void> {
    await this.ask('hold');
  }

  async letGo(): Promise<void> {
    await this.ask('let go');
  }

  /** In MB, after a garbage collection. */
  async measure(): Promise<Extract<WaitingAnswer, { word: 'measured' }>> {
    const answer = await this.ask('measure');
    if (answer.word !== 'measured') throw new Error(`Asked for a measurement, got '${answer.word}'.`);
    return answer;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  private ask(call: WaitingCall): Promise<WaitingAnswer> {
    this.waiting = Promise.withResolvers();
    // A child that has just died hears nothing, and its end is told by its exit.
    this.child.send(call, () => {});
    return this.waiting.promise;
  }
}
