import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bundleForChild } from '@/testing/bundle-for-child';
import { eventually } from '@/testing/eventually';
import type { RelayCall, RelayReport, RelaySettings, StopMoment } from './relay.child';

/** Where a heap may grow to gigabytes garbage lies about for long, and hides what is kept. */
const HEAP_MB = 192;

const PROGRAM = fileURLToPath(new URL('./relay.child.ts', import.meta.url));

/** A relay in a process of its own, to be stopped and continued. Asked one thing at a time. */
export class RelayProcess {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(settings: RelaySettings): Promise<RelayProcess> {
    const child = fork(await bundleForChild(PROGRAM), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--enable-source-maps', `--max-old-space-size=${HEAP_MB}`],
      env: { ...process.env, LOG_LEVEL: 'fatal', RELAY_SETTINGS: JSON.stringify(settings) },
    });
    await once(child, 'message');
    return new RelayProcess(settings.name, child);
  }

  async report(): Promise<RelayReport> {
    const answered = once(this.child, 'message');
    this.send({ call: 'report' });
    const [report] = await answered;
    return report as RelayReport;
  }

  /** Resolves when the process has stopped itself there, with a batch in its hands. */
  async stopAt(moment: StopMoment): Promise<void> {
    this.send({ call: 'stop at', moment });
    await eventually(() => this.isStopped, { what: `${this.name} to stop where '${moment}'` });
  }

  get isStopped(): boolean {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(this.child.pid)], { encoding: 'utf8' });
    return state.startsWith('T');
  }

  goOn(): void {
    this.child.kill('SIGCONT');
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.goOn();
    const exited = once(this.child, 'exit');
    this.send({ call: 'end' });
    await exited;
  }

  private send(call: RelayCall): void {
    this.child.send(call);
  }
}
