import {
  Admin,
  type Broker,
  type ClusterMetadata,
  type ClusterTopicMetadata,
  type Connection,
  type ConnectionOptions,
  ConnectionPool,
  FindCoordinatorKeyTypes,
} from '@platformatic/kafka';
import type { KafkaTransportOptions } from '../kafka-transport.options';
import { codedError, ProtocolCode, protocolCodeOf } from '../protocol-errors';
import { LogUnavailableError, TransportClosedError, UnknownTopicError } from '../../transport.errors';
import { type ApiName, type Apis, chooseApi, type OfferedApi } from './apis';
import { withinMs } from './within';

const CONNECT_TIMEOUT_MS = 3_000;
const METADATA_AGE_MS = 60_000;
const OPEN_WITHIN_MS = 9_500;
const ANSWER_WITHIN_MS = 9_000;
const REQUEST_TIMEOUT_MS = 5_000;

/** Who leads what, and connections to them. Shared by everything of one transport. */
export class Cluster {
  readonly admin: Admin;
  readonly #options: KafkaTransportOptions;
  readonly #pools = new Set<ConnectionPool>();
  #offered: readonly OfferedApi[] = [];
  #opening: Promise<void> | undefined;
  readonly #refreshing = new Map<string, Promise<unknown>>();
  #closed = false;

  constructor(options: KafkaTransportOptions) {
    this.#options = options;
    this.admin = new Admin({
      ...this.#connectionOptions(REQUEST_TIMEOUT_MS),
      clientId: options.clientId,
      bootstrapBrokers: [...options.brokers],
      retries: 6,
      retryDelay: (_client, _operation, attempt) => Math.min(500, 15 * 2 ** attempt),
      metadataMaxAge: METADATA_AGE_MS,
      autocreateTopics: false,
    });
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

  /** What is known about a topic without asking, or undefined. */
  known(topic: string): ClusterTopicMetadata | undefined {
    return this.admin.currentMetadata?.topics.get(topic);
  }

  async topic(topic: string): Promise<ClusterTopicMetadata> {
    const known = this.known(topic) ?? (await this.metadata([topic])).topics.get(topic);
    if (known) return known;
    throw new UnknownTopicError(`There is no topic '${topic}'.`);
  }

  async metadata(topics: readonly string[], { fresh = false } = {}): Promise<ClusterMetadata> {
    await this.open();
    const asking = this.admin.metadata({ topics: [...topics], forceUpdate: fresh });
    try {
      return await withinMs(ANSWER_WITHIN_MS, asking, 'The brokers do not answer.');
    } catch (error) {
      const unknown = /^Unknown topic (.*)\.$/.exec(error instanceof Error ? error.message : '');
      if (unknown) throw new UnknownTopicError(`There is no topic '${unknown[1]}'.`, { cause: error });
      if (protocolCodeOf(error) === ProtocolCode.INVALID_TOPIC) {
        throw new UnknownTopicError(`'${topics.join("', '")}' is no name for a topic.`, { cause: error });
      }
      throw codedError(error, 'Asking Kafka for its topics');
    }
  }

  /** Asks again who leads these topics; calls that come while one is under way share its answer. */
  async refresh(topics: readonly string[]): Promise<void> {
    const key = topics.toSorted().join();
    let refreshing = this.#refreshing.get(key);
    if (!refreshing) {
      refreshing = this.metadata(topics, { fresh: true }).finally(() => this.#refreshing.delete(key));
      this.#refreshing.set(key, refreshing);
    }
    await refreshing;
  }

  broker(id: number): Broker | undefined {
    return this.admin.currentMetadata?.brokers.get(id);
  }

  async anyBroker(): Promise<Broker> {
    const { brokers } = await this.metadata([]);
    const [first] = brokers.values();
    if (!first) throw new LogUnavailableError('Kafka has no live broker.');
    return first;
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
    pool.on('connect', ({ connection }: { connection: Connection }) => {
      // The requests under way get the error themselves; without a listener Node would end the process.
      connection.on('error', (error) =>
        this.#options.logger?.debug({ err: error }, 'Lost a connection to Kafka'),
      );
    });
    this.#pools.add(pool);
    return pool;
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
