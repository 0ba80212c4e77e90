import {
  Admin,
  type Broker,
  type Connection,
  type ConnectionOptions,
  ConnectionPool,
  FindCoordinatorKeyTypes,
} from '@platformatic/kafka';
import type { KafkaTransportOptions } from '../kafka-transport.options';
import { codedError } from '../protocol-errors';
import { LogUnavailableError, TransportClosedError, UnknownTopicError } from '../../transport.errors';
import { type ApiName, type Apis, chooseApi, type OfferedApi } from './apis';
import { Metadata, type PartitionMetadata, type TopicMetadata } from './metadata';
import { withinMs } from './within';

const DEFAULT_PORT = 9_092;
const CONNECT_TIMEOUT_MS = 3_000;
const METADATA_AGE_MS = 60_000;
const OPEN_WITHIN_MS = 6_000;
const REQUEST_TIMEOUT_MS = 5_000;

/** Who leads what, and connections to them. Shared by everything of one transport. */
export class Cluster {
  readonly admin: Admin;
  readonly #metadata: Metadata;
  readonly #options: KafkaTransportOptions;
  readonly #pools = new Set<ConnectionPool>();
  #offered: readonly OfferedApi[] = [];
  #opening: Promise<void> | undefined;
  readonly #refreshing = new Map<string, Promise<void>>();
  #questions: ConnectionPool | undefined;
  #closed = false;

  constructor(options: KafkaTransportOptions) {
    this.#options = options;
    this.#metadata = new Metadata(options.brokers.map(addressOf));
    this.admin = new Admin({
      ...this.#connectionOptions(REQUEST_TIMEOUT_MS),
      clientId: options.clientId,
      bootstrapBrokers: [...options.brokers],
      retries: 6,
      retryDelay: (_client, _operation, attempt) => Math.min(500, 15 * 2 ** attempt),
      metadataMaxAge: METADATA_AGE_MS,
      autocreateTopics: false,
    });
    this.#heed(this.admin.connections);
  }

  get closed(): boolean {
    return this.#closed;
  }

  open(): Promise<void> {
    if (this.#closed) return Promise.reject(new TransportClosedError('The Kafka transport is closed.'));
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #connect(): Promise<void> {
    const brokers = this.#options.brokers.join(', ');
    try {
      this.#offered = await withinMs(OPEN_WITHIN_MS, this.admin.listApis(), `No answer from ${brokers}.`);
    } catch (error) {
      throw codedError(error, `Connecting to Kafka at ${brokers}`);
    }
  }

  api<Name extends ApiName>(name: Name): Apis[Name] {
    return chooseApi(name, this.#offered);
  }

  /** What is known about a topic without asking, or undefined. Looked at again now and then, in the background. */
  known(topic: string): TopicMetadata | undefined {
    const known = this.#metadata.topics.get(topic);
    if (known && performance.now() - known.at > METADATA_AGE_MS) {
      this.refresh([topic]).catch((error: unknown) => {
        this.#options.logger?.debug({ err: error, topic }, 'Could not look at a topic again');
      });
    }
    return known;
  }

  async topic(topic: string): Promise<TopicMetadata> {
    const known = this.known(topic);
    return known ?? ((await this.topics([topic])).get(topic) as TopicMetadata);
  }

  /** Rejects with `UnknownTopicError` when one of them does not exist. */
  async topics(
    names: readonly string[],
    { fresh = false } = {},
  ): Promise<ReadonlyMap<string, TopicMetadata>> {
    const { topics } = this.#metadata;
    if (fresh || names.some((name) => !topics.has(name))) await this.refresh(names);
    for (const name of names) {
      if (!topics.has(name)) throw new UnknownTopicError(`There is no topic '${name}'.`);
    }
    return topics;
  }

  async brokers({ fresh = false } = {}): Promise<ReadonlyMap<number, Broker>> {
    if (fresh || this.#metadata.brokers.size === 0) await this.refresh([]);
    return this.#metadata.brokers;
  }

  /** Asks who lives and who leads these topics; the same question is asked once at a time. */
  async refresh(names: readonly string[]): Promise<void> {
    await this.open();
    const key = names.toSorted().join();
    let refreshing = this.#refreshing.get(key);
    if (!refreshing) {
      this.#questions ??= this.pool(REQUEST_TIMEOUT_MS);
      refreshing = this.#metadata
        .ask(this.#questions, this.api('Metadata'), names)
        .finally(() => this.#refreshing.delete(key));
      this.#refreshing.set(key, refreshing);
    }
    await refreshing;
  }

  /** What each living broker knows of a topic's partitions: none of them where it has not heard of it yet. */
  async knownByEach(topic: string): Promise<readonly (readonly PartitionMetadata[])[]> {
    await this.brokers();
    this.#questions ??= this.pool(REQUEST_TIMEOUT_MS);
    return this.#metadata.askEach(this.#questions, this.api('Metadata'), topic);
  }

  broker(id: number): Broker | undefined {
    return this.#metadata.brokers.get(id);
  }

  async coordinatorOf(group: string): Promise<Broker> {
    await this.open();
    const found = await this.admin.findCoordinator({ keyType: FindCoordinatorKeyTypes.GROUP, keys: [group] });
    const coordinator = found.find(({ key }) => key === group);
    if (!coordinator) throw new LogUnavailableError(`Kafka names no coordinator for group '${group}'.`);
    return coordinator;
  }

  /**
   * Connections of their own. A broker answers the requests of one connection one after the other, so what may
   * wait long (a fetch, a join) must not share one with what has to be quick.
   */
  pool(
    requestTimeoutMs: number,
    { maxInFlight = 5, clientId = this.#options.clientId } = {},
  ): ConnectionPool {
    if (this.#closed) throw new TransportClosedError('The Kafka transport is closed.');
    const pool = new ConnectionPool(clientId, {
      ...this.#connectionOptions(requestTimeoutMs),
      maxInflights: maxInFlight,
    });
    this.#heed(pool);
    this.#pools.add(pool);
    return pool;
  }

  // The requests under way get the error themselves; without a listener Node would end the process.
  #heed(pool: ConnectionPool): void {
    pool.on('connecting', ({ connection }: { connection: Connection }) => {
      connection.on('error', (error) =>
        this.#options.logger?.debug({ err: error }, 'Lost a connection to Kafka'),
      );
    });
  }

  async release(pool: ConnectionPool): Promise<void> {
    if (this.#pools.delete(pool)) await pool.close();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...[...this.#pools].map((pool) => this.release(pool)), this.admin.close()]);
  }

  #connectionOptions(requestTimeout: number): ConnectionOptions {
    const { tls, sasl } = this.#options;
    return {
      connectTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout,
      ...(tls && { tls }),
      ...(sasl && {
        sasl: {
          mechanism: sasl.mechanism.toUpperCase() as 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512',
          username: sasl.username,
          password: sasl.password,
        },
      }),
    };
  }
}

function addressOf(address: string): Broker {
  const [, host = address, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  return { host, port: Number(port ?? DEFAULT_PORT) };
}
