import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { PortTakenError } from './errors/simulator.errors.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import { OperationRunner } from './http/operation-runner.ts';
import { buildServer } from './http/server.ts';
import type { SimulatorOptions } from './simulator.options.ts';
import { lockDataDirectory } from './store/data-directory-lock.ts';
import { PaymentStore } from './store/payment-store.ts';

export interface SimulatorHooks {
  readonly onFatal: (error: Error) => void;
  readonly onUnexpected: (error: Error, requestId: string) => void;
  readonly now?: () => number;
}

export interface Simulator {
  readonly url: string;
  readonly port: number;
  /** Bytes of an unfinished write that the last crash left, and that were cut off. */
  readonly droppedBytes: number;
  /** Answers what is under way, then closes the journal and gives the directory free. */
  close(): Promise<void>;
}

const KEYS_PER_PAYMENT = 4;
const LONGEST_GOODBYE_MS = 3_000;

export async function startSimulator(options: SimulatorOptions, hooks: SimulatorHooks): Promise<Simulator> {
  const lock = lockDataDirectory(options.dataDirectory);
  const stopping = new AbortController();
  const closers: (() => Promise<void> | void)[] = [() => lock.release()];
  const close = async (): Promise<void> => {
    stopping.abort();
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const { store, droppedBytes } = await PaymentStore.open({
      file: join(options.dataDirectory, 'journal.log'),
      keys: { lifetimeMs: options.keyLifetimeMs, limit: options.maxPayments * KEYS_PER_PAYMENT },
    });
    closers.push(() => store.close());
    const faults = new FaultPlan();
    const runner = new OperationRunner({
      store,
      faults,
      maxPayments: options.maxPayments,
      now: hooks.now ?? Date.now,
      stopping: stopping.signal,
    });
    const app = buildServer({ store, faults, runner, stopping: stopping.signal, ...hooks });
    closers.push(() => closeServer(app));
    const port = await listen(app, options);
    return { url: `http://${urlHost(options.host)}:${port}`, port, droppedBytes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(app: FastifyInstance, { host, port }: SimulatorOptions): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortTakenError(host, port, error);
    throw error;
  }
  return (app.server.address() as AddressInfo).port;
}

/** Connections that never send a request would keep the server open; they get a moment, then the door. */
async function closeServer(app: FastifyInstance): Promise<void> {
  const impatience = setTimeout(() => app.server.closeAllConnections(), LONGEST_GOODBYE_MS);
  await app.close();
  clearTimeout(impatience);
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
