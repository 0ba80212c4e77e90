import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Parts } from '../harness/environment.ts';
import { Program } from './program.ts';
import type { StatementCount } from './statement-counter.ts';

export interface BuiltShopOptions {
  /** Empty at the first start. */
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** Absent: the embedded engine. */
  readonly kafka?: Pick<Parts, 'brokers' | 'registryUrl'> | undefined;
  /** Statements are counted where they are sent, too. */
  readonly counting?: boolean | undefined;
}

const COUNTER = new URL('statement-counter.ts', import.meta.url).href;

/** The built shop as its users start it: every service in one process, the payment simulator in another. */
export class BuiltShop {
  readonly url: string;
  readonly simulatorUrl: string;
  private readonly backend: Program;
  private readonly simulator: Program;

  private constructor(
    ports: { readonly http: number; readonly simulator: number },
    programs: { readonly backend: Program; readonly simulator: Program },
  ) {
    this.url = `http://127.0.0.1:${ports.http}`;
    this.simulatorUrl = `http://127.0.0.1:${ports.simulator}`;
    this.backend = programs.backend;
    this.simulator = programs.simulator;
  }

  static async start({ databaseUrl, dataDir, kafka, counting }: BuiltShopOptions): Promise<BuiltShop> {
    const [http, metrics, simulator] = await freePorts();
    const env = {
      DATA_DIR: dataDir,
      PORT: String(http),
      METRICS_PORT: String(metrics),
      PAYMENT_SIMULATOR_PORT: String(simulator),
      DATABASE_URL: databaseUrl,
      EVENT_TRANSPORT: kafka ? 'kafka' : 'embedded',
      LOG_LEVEL: 'warn',
      ...(kafka ? { KAFKA_BROKERS: kafka.brokers.join(','), SCHEMA_REGISTRY_URL: kafka.registryUrl } : {}),
    };
    const shop = new BuiltShop(
      { http, simulator },
      {
        simulator: Program.start('payment-simulator/dist/main.js', env),
        backend: Program.start('backend/dist/main.js', env, counting ? [COUNTER] : []),
      },
    );
    try {
      await shop.simulator.until(`${shop.simulatorUrl}/health`);
      await shop.backend.until(`${shop.url}/health/ready`);
    } catch (error) {
      await shop.stop();
      throw error;
    }
    return shop;
  }

  /** What the services have sent to PostgreSQL since their start; only where they are counted. */
  async statements(): Promise<readonly StatementCount[]> {
    const answered = once(this.backend.child, 'message');
    this.backend.child.send('statements');
    const [counts] = await answered;
    return counts as readonly StatementCount[];
  }

  async stop(signal?: 'SIGKILL'): Promise<void> {
    await this.backend.stop(signal);
    await this.simulator.stop(signal);
  }
}

async function freePorts(): Promise<readonly [number, number, number]> {
  const servers = await Promise.all([0, 1, 2].map(listening));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A server listens at no port.');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports as unknown as readonly [number, number, number];
}

async function listening() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
