import { type ChildProcess, fork } from 'node:child_process';
import { bundleForChild } from '@/testing/bundle-for-child';
import type { JoinOptions, OutgoingRecord, Position } from '../../transport.port';
import type { ChildCall, ChildMessage } from '../child/protocol';
import type { ConformanceHarness } from '../harness';
import { MemberRecord } from './member-record';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** The refusal of a call, with the code it had in the second process. */
class RefusedInChild extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** An operating-system process of its own on the same log, with one group member that remembers all it is told. */
export class SecondProcess extends MemberRecord {
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;
  private output = '';
  private ready: (() => void) | undefined;

  private constructor(private readonly child: ChildProcess) {
    super();
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve({ code, signal });
        const gone = new Error(`The second process has ended (${signal ?? code}). ${this.output}`);
        for (const { reject } of this.waiting.values()) reject(gone);
        this.waiting.clear();
      });
    });
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-4_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('message', (message: ChildMessage) => this.receive(message));
  }

  static async start({ child }: ConformanceHarness): Promise<SecondProcess> {
    const program = await bundleForChild(child.program);
    const process_ = fork(program, {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, CONFORMANCE_SETTINGS: JSON.stringify(child.settings) },
      execArgv: ['--enable-source-maps'],
    });
    const second = new SecondProcess(process_);
    await Promise.race([
      new Promise<void>((resolve) => {
        second.ready = resolve;
      }),
      second.exited.then(() => {
        throw new Error(`The second process did not start. ${second.output}`);
      }),
    ]);
    return second;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  append(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    return this.call({ call: 'append', records }) as Promise<readonly Position[]>;
  }

  async keepAppending(records: readonly OutgoingRecord[]): Promise<void> {
    await this.call({ call: 'keepAppending', records });
  }

  stopAppending(): Promise<number> {
    return this.call({ call: 'stopAppending' }) as Promise<number>;
  }

  join(options: JoinOptions): Promise<string> {
    return this.call({ call: 'join', options }) as Promise<string>;
  }

  async commit(positions: readonly Position[]): Promise<void> {
    await this.call({ call: 'commit', positions });
  }

  async leave(): Promise<void> {
    await this.call({ call: 'leave' });
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  /** Closes its transport and waits for the end; a process that is stopped or does not answer is killed. */
  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGCONT');
    const deadline = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await this.call({ call: 'close' }).catch(() => this.child.kill('SIGKILL'));
    await this.exited;
    clearTimeout(deadline);
  }

  private call(call: ChildCall): Promise<unknown> {
    this.calls += 1;
    const id = this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ ...call, id }, (error) => {
        if (error && this.waiting.delete(id)) reject(error);
      });
    });
  }

  private receive(message: ChildMessage): void {
    switch (message.kind) {
      case 'ready':
        return this.ready?.();
      case 'answer':
        return this.settle(message.id, ({ resolve }) => resolve(message.result));
      case 'refusal':
        return this.settle(message.id, ({ reject }) =>
          reject(new RefusedInChild(message.code, message.message)),
        );
      case 'assigned':
        return this.noteAssigned(message.partitions);
      case 'lost':
        return this.noteLost(message.partitions);
      case 'records':
        this.records.push(...message.records);
        return;
      case 'failed':
        this.failures.push({ message: message.message, fatal: message.fatal });
    }
  }

  private settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting !== undefined) how(waiting);
  }
}
