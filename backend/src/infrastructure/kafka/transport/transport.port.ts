/**
 * The one door to an event log. Two adapters stand behind it, `embedded/` (PostgreSQL) and `kafka/`; the suite
 * in `conformance/` runs whole on both, and nothing above this port knows which one it talks to.
 *
 * Promises of every adapter:
 * - Records of one partition are read in offset order, and a record once read is never changed or removed
 *   except by retention at the front of the log.
 * - A record without `partition` goes where Kafka's Java client would put its key (murmur2 of the key bytes).
 * - `append` resolves only after the record is durable on all replicas, and is then visible to every reader. A
 *   rejected append may have happened (the answer can be lost), so a caller that repeats it may duplicate.
 * - Keys, values, headers and header order come back byte for byte; null key, null value and repeated header
 *   names included.
 */
export type Engine = 'embedded' | 'kafka';

export type RecordHeader = readonly [name: string, value: Buffer | null];

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** For a commit or a start: the offset of the next record to read, not of the last one read. */
export interface Position extends TopicPartition {
  readonly offset: bigint;
}

export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  readonly partition?: number;
  /** Milliseconds since the epoch; the time of the append when absent. */
  readonly timestamp?: number;
}

export interface LogRecord extends Position {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The same record, where it has not made objects of its bytes. */
  readonly packed?: PackedRecord;
}

export interface PackedRecord {
  readonly headerCount: number;
  /** Of key, value and headers together. */
  readonly bytes: number;
  /** In order. The value is `bytes[from, to)`. */
  eachHeader(visit: HeaderVisitor): void;
}

export type HeaderVisitor = (name: string, bytes: Buffer | null, from: number, to: number) => void;

export interface FetchedBatch extends TopicPartition {
  readonly records: readonly LogRecord[];
  /** Where the next batch begins. Offsets between the records and here hold nothing to deliver. */
  readonly nextOffset: bigint;
  /** End of the partition as far as the reader knows: the offset the next append will get. */
  readonly endOffset: bigint;
}

/**
 * What a group member tells its owner. Callbacks of one partition never overlap; a callback must not throw (what
 * it throws reaches `failed`, and the member goes on).
 */
export interface GroupListener {
  /**
   * These partitions are newly ours; the answer says where to read each from. Nothing of a partition is delivered
   * before the answer. A partition kept through a rebalance is not announced again and continues where it was.
   * `committed` is the group's committed position, null where there is none.
   */
  assigned(
    partitions: readonly (TopicPartition & { readonly committed: bigint | null })[],
  ): Promise<readonly Position[]>;
  /** These are no longer ours, without a drain: another member may already be reading them. */
  lost(partitions: readonly TopicPartition[]): void;
  records(batch: FetchedBatch): void;
  /** The position is outside the log. The answer is where to go on; never moved silently. */
  outOfRange(at: Position & { readonly logStart: bigint; readonly logEnd: bigint }): Promise<bigint>;
  /** Something went wrong and is being retried (broker away, answer lost), or, with `fatal`, the member has ended. */
  failed(error: Error, fatal: boolean): void;
}

export interface JoinOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly clientId: string;
  /** Stable name of the process, so that a restart keeps its partitions (static membership). */
  readonly instanceId?: string;
  /** After this many ms without a sign of life the member's partitions go to others. */
  readonly sessionTimeoutMs: number;
  /** Longest time in ms a fetch may wait at the log for records. */
  readonly maxWaitMs: number;
  /** Most bytes of one fetched batch per partition; one larger record is still delivered alone. */
  readonly maxBytesPerPartition: number;
}

export interface GroupMember {
  readonly memberId: string;
  /** What this member owns now. */
  assignment(): readonly TopicPartition[];
  /** No further `records` for this partition until `resume`; others on the same broker flow on. */
  pause(partition: TopicPartition): void;
  /** Delivery goes on within 100 ms, whatever `maxWaitMs` is, where records are waiting. */
  resume(partition: TopicPartition): void;
  /** The next batch of this partition begins here; batches fetched before are dropped. */
  seek(position: Position): void;
  /** Publishes the group's progress. Rejects with `OwnershipLostError` when a partition is no longer ours. */
  commit(positions: readonly Position[]): Promise<void>;
  /** Leaves the group. Idempotent; no callback runs after it has resolved. */
  close(): Promise<void>;
}

export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Kafka's topic configuration by its own names, such as `retention.ms`. */
  readonly config: Readonly<Record<string, string>>;
}

export interface PartitionDescription extends TopicPartition {
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

export interface TopicDescription extends TopicSettings {
  readonly partitionDetails: readonly PartitionDescription[];
}

export interface PartitionOffsets extends TopicPartition {
  /** First offset still in the log. */
  readonly start: bigint;
  /** Offset the next record will get. */
  readonly end: bigint;
}

export interface GroupDescription {
  readonly group: string;
  readonly state: 'stable' | 'rebalancing' | 'empty' | 'dead';
  readonly members: readonly {
    readonly memberId: string;
    readonly clientId: string;
    readonly host: string;
    readonly assignment: readonly TopicPartition[];
  }[];
}

export interface LogAdmin {
  /** Creates what is missing, leaves what is there. Refuses a setting the log cannot honour, by name. */
  createTopics(topics: readonly TopicSettings[]): Promise<readonly { topic: string; created: boolean }[]>;
  deleteTopics(topics: readonly string[]): Promise<void>;
  topicNames(): Promise<readonly string[]>;
  /** Rejects with `UnknownTopicError` for a topic that does not exist. */
  describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]>;
  /**
   * By topic, what tells it from one of the same name in another log, or made anew in this one: a position means
   * something only together with it. Rejects with `UnknownTopicError` for a topic that does not exist.
   */
  topicIds(topics: readonly string[]): Promise<ReadonlyMap<string, string>>;
  offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]>;
  /** First offset per partition whose record time is `timestamp` (ms) or later; the end where there is none. */
  offsetsAt(topic: string, timestamp: number): Promise<readonly Position[]>;
  groupNames(): Promise<readonly string[]>;
  describeGroup(group: string): Promise<GroupDescription>;
  committed(group: string, topics: readonly string[]): Promise<readonly Position[]>;
  /** Sets a group's positions. Refused with `GroupNotEmptyError` while it has members. */
  resetCommitted(group: string, positions: readonly Position[]): Promise<void>;
  brokers(): Promise<readonly { readonly id: number; readonly address: string }[]>;
}

export interface ReadRequest {
  readonly from: Position;
  /** Most records in the answer. */
  readonly limit: number;
  readonly maxBytes: number;
}

export interface EventTransport {
  readonly engine: Engine;
  readonly admin: LogAdmin;
  /** Connects; idempotent. Rejects with `LogUnavailableError` within 10 s when the log does not answer. */
  open(): Promise<void>;
  /** Positions come in the order of the records. Concurrent calls are coalesced into larger batches. */
  append(records: readonly OutgoingRecord[]): Promise<readonly Position[]>;
  join(options: JoinOptions, listener: GroupListener): Promise<GroupMember>;
  /** Reads outside any group. Fewer than `limit` records means the end was reached or `maxBytes` was. */
  read(request: ReadRequest): Promise<FetchedBatch>;
  /** Ends members, waits for appends under way. Idempotent, also while busy. */
  close(): Promise<void>;
}
