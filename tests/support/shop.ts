import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestKafka } from '@/testing/provided-context';
import { freePort } from './free-port';
import { kafkaTurn } from './kafka-turn';
import { ProductProcess } from './product-process';
import { removeShopTopics } from './shop-topics';

export interface ShopOptions {
  readonly databaseUrl: string;
  /** Absent: the embedded engine. */
  readonly kafka?: TestKafka;
  /** One list of services per process; the first one has the gateway. Default: everything in one. */
  readonly processes?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Part {
  readonly services: string;
  readonly port: number;
  readonly metricsPort: number;
  process: ProductProcess;
}

const GATEWAY_SERVICES = ['auth', 'product', 'cart', 'order', 'notification', 'analytics', 'audit'];

/** The built shop with its payment simulator, on free ports and in a data directory of its own. */
export class Shop {
  private constructor(
    private readonly options: ShopOptions,
    private readonly dataDir: string,
    private readonly simulatorPort: number,
    private readonly parts: readonly Part[],
    private simulator: ProductProcess,
    private readonly endTurn: () => Promise<void>,
  ) {}

  /** On Kafka: waits for its turn on the cluster, and begins without the topics of the shop before it. */
  static async start(options: ShopOptions): Promise<Shop> {
    const endTurn = options.kafka ? await kafkaTurn(options.kafka) : async () => undefined;
    try {
      if (options.kafka) await removeShopTopics(options.kafka);
      return await Shop.launch(options, endTurn);
    } catch (error) {
      await endTurn();
      throw error;
    }
  }

  private static async launch(options: ShopOptions, endTurn: () => Promise<void>): Promise<Shop> {
    const dataDir = await mkdtemp(join(tmpdir(), 'shop-e2e-'));
    const simulatorPort = await freePort();
    const parts: Part[] = [];
    for (const services of options.processes ?? ['all']) {
      parts.push({
        services,
        port: await freePort(),
        metricsPort: await freePort(),
        process: undefined as never,
      });
    }
    const simulator = startSimulator(dataDir, simulatorPort);
    const shop = new Shop(options, dataDir, simulatorPort, parts, simulator, endTurn);
    try {
      await simulator.until(`${shop.simulatorUrl}/health`);
      for (const part of parts) shop.begin(part);
      await shop.ready();
    } catch (error) {
      await shop.stop().catch(() => undefined);
      throw error;
    }
    return shop;
  }

  get url(): string {
    return `http://127.0.0.1:${this.parts[0]?.port}`;
  }

  get metricsUrl(): string {
    return `http://127.0.0.1:${this.parts[0]?.metricsPort}/metrics`;
  }

  /** Of every process. */
  get metricsUrls(): readonly string[] {
    return this.parts.map(({ metricsPort }) => `http://127.0.0.1:${metricsPort}/metrics`);
  }

  get simulatorUrl(): string {
    return `http://127.0.0.1:${this.simulatorPort}`;
  }

  /** The last lines of every process, for the message of a failing spec. */
  get output(): string {
    return this.parts.map(({ services, process }) => `== ${services}\n${process.output}`).join('\n');
  }

  pids(): readonly number[] {
    return this.parts.map(({ process }) => process.pid);
  }

  async ready(parts = this.parts): Promise<void> {
    await Promise.all(
      parts.map(({ process, port }) => process.until(`http://127.0.0.1:${port}/health/ready`)),
    );
  }

  /** kill -9 of one process of the platform; the simulator stays, as a payment provider would. */
  async kill(part = 0): Promise<void> {
    await this.parts[part]?.process.kill();
  }

  /** Starts what was killed or stopped; resolves when it is ready. */
  async restart(part = 0): Promise<void> {
    const again = this.parts[part];
    if (!again) throw new Error(`There is no process ${part}.`);
    this.begin(again);
    await this.ready([again]);
  }

  /** The payment provider goes away; its ledger stays on disk. */
  async stopSimulator(): Promise<void> {
    await this.simulator.stop();
  }

  async startSimulator(): Promise<void> {
    this.simulator = startSimulator(this.dataDir, this.simulatorPort);
    await this.simulator.until(`${this.simulatorUrl}/health`);
  }

  /** SIGTERM for one process; answers its exit status. */
  async terminate(part = 0): Promise<number | NodeJS.Signals | undefined> {
    return this.parts[part]?.process.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.parts.map(({ process }) => process?.stop()));
    await this.simulator.stop();
    await rm(this.dataDir, { recursive: true, force: true });
    await this.endTurn();
  }

  private begin(part: Part): void {
    part.process = ProductProcess.start(
      `shop ${part.services}`,
      'backend/dist/main.js',
      this.environment(part),
    );
  }

  private environment({ services, port, metricsPort }: Part): NodeJS.ProcessEnv {
    const { databaseUrl, kafka, env } = this.options;
    return {
      SERVICES: services,
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      DATA_DIR: this.dataDir,
      DATABASE_URL: databaseUrl,
      PAYMENT_SIMULATOR_PORT: String(this.simulatorPort),
      SERVICE_URLS: this.addresses(),
      EVENT_TRANSPORT: kafka ? 'kafka' : 'embedded',
      LOG_LEVEL: 'warn',
      INSTANCE_ID: `shop-${port}`,
      ...(kafka ? { KAFKA_BROKERS: kafka.brokers.join(','), SCHEMA_REGISTRY_URL: kafka.registryUrl } : {}),
      ...env,
    };
  }

  private addresses(): string {
    const addresses = this.parts.flatMap(({ services, port }) =>
      (services === 'all' ? [] : services.split(','))
        .filter((service) => GATEWAY_SERVICES.includes(service))
        .map((service) => `${service}=http://127.0.0.1:${port}`),
    );
    return addresses.join(',');
  }
}

function startSimulator(dataDir: string, port: number): ProductProcess {
  return ProductProcess.start('payment simulator', 'payment-simulator/dist/main.js', {
    DATA_DIR: dataDir,
    PAYMENT_SIMULATOR_PORT: String(port),
  });
}
