import type { ConnectionPool } from '@platformatic/kafka';
import { TransportClosedError } from '../transport.errors';
import type {
  EventTransport,
  FetchedBatch,
  GroupListener,
  GroupMember,
  JoinOptions,
  LogAdmin,
  OutgoingRecord,
  Position,
  ReadRequest,
} from '../transport.port';
import { KafkaAdmin } from './admin/kafka-admin';
import { Cluster } from './cluster/cluster';
import { KafkaGroupMember } from './group/kafka-group-member';
import { type KafkaTransportOptions, producerSettings } from './kafka-transport.options';
import { RecordProducer } from './producer/record-producer';
import { readPartition } from './read';

const READ_REQUEST_TIMEOUT_MS = 5_000;

/** Kafka behind the port, over the messages and connections of `@platformatic/kafka`. Needs Kafka 3.5 or newer. */
export class KafkaTransport implements EventTransport {
  readonly engine = 'kafka';
  readonly admin: LogAdmin;
  readonly #options: KafkaTransportOptions;
  readonly #cluster: Cluster;
  readonly #producer: RecordProducer;
  readonly #members = new Set<KafkaGroupMember>();
  #reads: ConnectionPool | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: KafkaTransportOptions) {
    const settings = producerSettings(options.producer);
    this.#options = options;
    this.#cluster = new Cluster(options);
    this.#producer = new RecordProducer(this.#cluster, settings, options.logger);
    this.admin = new KafkaAdmin(this.#cluster);
  }

  open(): Promise<void> {
    return this.#cluster.open();
  }

  append(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    return this.#producer.append(records);
  }

  async join(options: JoinOptions, listener: GroupListener): Promise<GroupMember> {
    this.#mustBeOpen();
    await this.#cluster.open();
    const member = new KafkaGroupMember(
      this.#cluster,
      options,
      listener,
      this.#options.groupProtocol ?? 'classic',
    );
    this.#members.add(member);
    try {
      await member.join();
    } catch (error) {
      this.#members.delete(member);
      throw error;
    }
    return member;
  }

  async read(request: ReadRequest): Promise<FetchedBatch> {
    this.#mustBeOpen();
    await this.#cluster.open();
    this.#reads ??= this.#cluster.pool(READ_REQUEST_TIMEOUT_MS);
    return readPartition(this.#cluster, this.#reads, request);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await Promise.all([...[...this.#members].map((member) => member.close()), this.#producer.close()]);
    await this.#cluster.close();
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new TransportClosedError('The Kafka transport is closed.');
  }
}
