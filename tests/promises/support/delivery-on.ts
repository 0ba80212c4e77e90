import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dlqOf } from '@shop/contracts';
import type { KafkaModuleOptions } from '@/infrastructure/kafka';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import { DeliveryTables, SCHEMA } from './delivery-tables';
import { effectTables } from './effect-tables';
import type { EngineUnderTest } from './engines';
import { sessionTimeoutMs } from './engines';
import { Gates } from './gates';
import { LedgerFile } from './ledger-file';
import { Operator } from './operator';
import { StepPublisher } from './step-publisher';
import { Worker } from './worker';
import { WorkerProcess } from './worker-process';
import type { HandlerPlan, WorkerSettings } from './worker-settings';

export interface DeliveryOptions {
  /** Of the topic; default 3. */
  readonly partitions?: number;
  /** Default: a database of its own in the run's PostgreSQL. */
  readonly databaseUrl?: string;
}

export interface WorkerOptions {
  readonly delivery?: KafkaModuleOptions['delivery'];
  /** Keeps its partitions through a restart within the session time-out. */
  readonly instanceId?: string;
}

/** A topic, a group and a database of its own on one engine, and workers that come and go. */
export class Delivery {
  readonly tables: DeliveryTables;
  readonly operator: Operator;
  readonly ledger: LedgerFile;
  private readonly workers = new Set<Worker>();
  private readonly processes = new Set<WorkerProcess>();
  private openedGates: Gates | undefined;

  private constructor(
    readonly group: string,
    readonly topic: string,
    private readonly module: KafkaModuleOptions,
    private readonly folder: string,
    private readonly database: TestDatabase,
    readonly publisher: StepPublisher,
  ) {
    this.tables = new DeliveryTables(database.url, group, topic, () => publisher.ends());
    this.operator = new Operator(this.tables, database.url);
    this.ledger = new LedgerFile(join(folder, 'ledger'));
  }

  static async on(
    { engine, groupProtocol }: EngineUnderTest,
    options: DeliveryOptions = {},
  ): Promise<Delivery> {
    const [group, topic] = [unique('promises'), unique('steps')];
    const database = options.databaseUrl
      ? { url: options.databaseUrl, drop: async () => {} }
      : await testDatabase();
    const kafka = testKafka();
    const log: KafkaModuleOptions =
      engine === 'kafka' && kafka
        ? { engine, brokers: kafka.brokers, schemaRegistryUrl: kafka.registryUrl }
        : { engine: 'embedded', logUrl: database.url };
    const module: KafkaModuleOptions = {
      ...log,
      service: group,
      group,
      topics: [{ topic, numPartitions: options.partitions ?? 3 }],
      ...(groupProtocol === undefined ? {} : { groupProtocol }),
      environment: {
        KAFKA_CONSUMER_SESSION_TIMEOUT: String(sessionTimeoutMs(engine)),
        KAFKA_CONSUMER_MAX_WAIT_TIME: '500',
      },
    };
    const folder = await mkdtemp(join(tmpdir(), 'shop-promises-'));
    return new Delivery(
      ...([group, topic, module, folder, database] as const),
      await StepPublisher.start(module, topic),
    );
  }

  /** An application in this process. */
  async start(name: string, handlers: readonly HandlerPlan[], options: WorkerOptions = {}): Promise<Worker> {
    const worker = await Worker.start(this.settings(name, handlers, options));
    this.workers.add(worker);
    return worker;
  }

  /** An application in a process of its own. */
  async spawn(
    name: string,
    handlers: readonly HandlerPlan[],
    options: WorkerOptions = {},
  ): Promise<WorkerProcess> {
    const worker = await WorkerProcess.start(this.settings(name, handlers, options));
    this.processes.add(worker);
    return worker;
  }

  /** Needs the tables, so a worker must have been started. */
  async gates(): Promise<Gates> {
    this.openedGates ??= await Gates.open(this.database.url, SCHEMA);
    return this.openedGates;
  }

  /** Resolves when so many members of the group have partitions. */
  async shared(members: number): Promise<void> {
    await eventually(
      async () => {
        const described = await this.publisher.admin.describeGroup(this.group);
        const owners = described.members.filter(({ assignment }) => assignment.length > 0);
        return described.state === 'stable' && owners.length === members;
      },
      { what: `${members} members to share the partitions`, withinMs: 30_000 },
    );
  }

  /** The process that went on has found out about its loss, and is a member of the group like any other. */
  async rejoined(worker: WorkerProcess): Promise<void> {
    if (!worker.alive) throw new Error(`${worker.name} has ended:\n${worker.output}`);
    const members = [...this.processes].filter(({ alive }) => alive).length;
    await eventually(
      async () => {
        const described = await this.publisher.admin.describeGroup(this.group);
        return described.state === 'stable' && described.members.length === members;
      },
      { what: `${worker.name} to be a member again`, withinMs: 30_000 },
    );
  }

  /** What the processes printed last, for the message of a spec that fails. */
  output(): string {
    return [...this.processes].map(({ name, output }) => `---- ${name}\n${output}`).join('\n');
  }

  async end(): Promise<void> {
    await this.openedGates?.end();
    await Promise.all([...this.processes].map((worker) => worker.kill()));
    await Promise.all([...this.workers].map((worker) => worker.stop()));
    await this.publisher.admin.deleteTopics([this.topic, dlqOf(this.topic)]);
    await this.publisher.stop();
    await Promise.all([this.tables.end(), this.operator.end()]);
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  settings(
    name: string,
    handlers: readonly HandlerPlan[],
    { delivery, instanceId }: WorkerOptions = {},
  ): WorkerSettings {
    return {
      name,
      handlers,
      topic: this.topic,
      databaseUrl: this.database.url,
      ledger: this.ledger.path,
      module: {
        ...this.module,
        ...(delivery === undefined ? {} : { delivery }),
        ...(instanceId === undefined ? {} : { instanceId }),
        database: { url: this.database.url, schema: SCHEMA, migrations: effectTables },
      },
    };
  }
}
