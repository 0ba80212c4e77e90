import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { FaultSettings } from '../faults/fault-plan.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const READY = /ready at (http:\/\/\S+)/;

export interface ExitedProcess {
  readonly code: number | null;
  readonly output: string;
}

/** The simulator as a process of its own. It keeps its data directory over kills and restarts. */
export class SimulatorProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<ExitedProcess>;

  private constructor(url: string, child: ChildProcess, exited: Promise<ExitedProcess>) {
    this.url = url;
    this.#child = child;
    this.#exited = exited;
  }

  static async start(dataDirectory: string, env: Record<string, string> = {}): Promise<SimulatorProcess> {
    const { child, exited } = launch(dataDirectory, env);
    const { stdout } = child;
    if (stdout === null) throw new TypeError('the process has no output to read');
    const ready = (async () => {
      for await (const line of createInterface(stdout)) {
        const url = READY.exec(line)?.[1];
        if (url !== undefined) return url;
      }
      const { code, output } = await exited;
      throw new Error(`the simulator ended with ${code}: ${output}`);
    })();
    return new SimulatorProcess(await ready, child, exited);
  }

  /** Runs one that is expected to give up. */
  static async fail(dataDirectory: string, env: Record<string, string> = {}): Promise<ExitedProcess> {
    return launch(dataDirectory, env).exited;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  stripe(settings: { timeout?: number; key?: string } = {}): Stripe {
    return new Stripe(settings.key ?? 'sk_test_specs', {
      host: '127.0.0.1',
      port: this.port,
      protocol: 'http',
      maxNetworkRetries: 0,
      timeout: settings.timeout ?? 10_000,
      telemetry: false,
    });
  }

  async faults(settings: unknown): Promise<Response> {
    return fetch(`${this.url}/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(settings),
    });
  }

  async settleRefund(id: string, status: 'succeeded' | 'failed'): Promise<Response> {
    return fetch(`${this.url}/refunds/${id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status }),
    });
  }

  async currentFaults(): Promise<FaultSettings & { struck: number }> {
    const response = await fetch(`${this.url}/faults`);
    return (await response.json()) as FaultSettings & { struck: number };
  }

  async ledger(): Promise<Map<string | null, LedgerEntry>> {
    const response = await fetch(`${this.url}/ledger`);
    const entries = (await response.json()) as LedgerEntry[];
    return new Map(entries.map((entry) => [entry.orderId, entry]));
  }

  stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<ExitedProcess> {
    this.#child.kill(signal);
    return this.#exited;
  }
}

export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'payment-simulator-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

function launch(
  dataDirectory: string,
  env: Record<string, string>,
): { child: ChildProcess; exited: Promise<ExitedProcess> } {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PAYMENT_SIMULATOR_PORT: '0', DATA_DIR: dataDirectory, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  return { child, exited };
}
