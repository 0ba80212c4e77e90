import type { ConnectionPool } from '@platformatic/kafka';
import { OwnershipLostError } from '../../transport.errors';
import type { GroupListener, GroupMember, JoinOptions, Position, TopicPartition } from '../../transport.port';
import { BackOff } from '../cluster/back-off';
import type { Cluster } from '../cluster/cluster';
import { logRange } from '../fetch/log-range';
import { Fetcher } from '../fetch/fetcher';
import { PartitionReader } from '../fetch/partition-reader';
import { codedError } from '../protocol-errors';
import { ClassicMembership } from './classic-membership';
import { Committer } from './committer';
import { ConsumerMembership } from './consumer-membership';
import { Coordinator } from './coordinator';
import type { Membership, MembershipEvents } from './membership';
import { OwnedPartition } from './owned-partition';
import { keyOf } from './topic-partitions';

const ANSWER_WITHIN_MS = 5_000;
const CALLBACKS_END_WITHIN_MS = 5_000;

/** Puts membership, fetching and committing together, and keeps the promises of the listener's callbacks. */
export class KafkaGroupMember implements GroupMember {
  readonly #cluster: Cluster;
  readonly #listener: GroupListener;
  readonly #options: JoinOptions;
  readonly #membership: Membership;
  readonly #fetcher: Fetcher;
  readonly #committer: Committer;
  readonly #pool: ConnectionPool;
  readonly #owned = new Map<string, OwnedPartition>();
  /** The callback that runs for a partition at the moment; the next one waits for it. */
  readonly #callbacks = new Map<string, Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(
    cluster: Cluster,
    options: JoinOptions,
    listener: GroupListener,
    protocol: 'classic' | 'consumer',
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#listener = listener;
    const { group, topics, clientId, sessionTimeoutMs, maxWaitMs, maxBytesPerPartition } = options;
    const instanceId = options.instanceId ?? null;
    const coordinator = new Coordinator(cluster, group);
    this.#pool = cluster.pool(ANSWER_WITHIN_MS, { clientId });
    this.#committer = new Committer(coordinator, this.#pool, group, instanceId);
    const events: MembershipEvents = {
      owned: () => this.assignment(),
      assigned: (partitions) => this.#assigned(partitions),
      lostAll: () => this.#drop([...this.#owned.values()]),
      failed: (error, fatal) => this.#failed(error, fatal),
    };
    const membershipOptions = { group, topics, clientId, instanceId, sessionTimeoutMs };
    this.#membership =
      protocol === 'consumer'
        ? new ConsumerMembership(cluster, coordinator, membershipOptions, events)
        : new ClassicMembership(cluster, coordinator, membershipOptions, events);
    this.#fetcher = new Fetcher(
      cluster,
      { clientId, maxWaitMs, maxBytesPerPartition },
      {
        records: (batch) => this.#tell(() => this.#listener.records(batch)),
        outOfRange: (reader) => this.#askWhereToGoOn(reader),
        failed: (error) => this.#failed(error, false),
      },
    );
  }

  async join(): Promise<void> {
    try {
      await this.#membership.join();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  get memberId(): string {
    return this.#membership.memberId;
  }

  assignment(): readonly TopicPartition[] {
    return [...this.#owned.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  pause(partition: TopicPartition): void {
    this.#setPaused(partition, true);
  }

  resume(partition: TopicPartition): void {
    this.#setPaused(partition, false);
    this.#fetcher.wake();
  }

  #setPaused(partition: TopicPartition, paused: boolean): void {
    const owned = this.#owned.get(keyOf(partition));
    if (!owned) return;
    owned.paused = paused;
    if (owned.reader) owned.reader.paused = paused;
  }

  seek(position: Position): void {
    const owned = this.#owned.get(keyOf(position));
    if (!owned) return;
    if (owned.reader) owned.reader.jump(position.offset);
    else owned.soughtTo = position.offset;
    this.#fetcher.wake();
  }

  async commit(positions: readonly Position[]): Promise<void> {
    if (positions.length === 0) return;
    const owners = positions.map((position) => [keyOf(position), this.#owned.get(keyOf(position))] as const);
    await this.#committer.commit(positions, this.#membership, () => {
      for (const [key, owner] of owners) {
        if (this.#closing || !owner || this.#owned.get(key) !== owner) {
          throw new OwnershipLostError(
            `Partition ${key} is no longer ours in group '${this.#options.group}'.`,
          );
        }
      }
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await Promise.all([this.#membership.leave(), this.#fetcher.close()]);
    this.#owned.clear();
    await this.#cluster.release(this.#pool);
    if (this.#callbacks.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const longEnough = new Promise((resolve) => {
      timer = setTimeout(resolve, CALLBACKS_END_WITHIN_MS);
    });
    await Promise.race([Promise.allSettled(this.#callbacks.values()), longEnough]);
    clearTimeout(timer);
  }

  #assigned(partitions: readonly TopicPartition[]): boolean {
    if (this.#closing) return false;
    const assigned = new Set(partitions.map(keyOf));
    const gone = [...this.#owned.values()].filter((owned) => !assigned.has(keyOf(owned)));
    const added = partitions
      .filter((partition) => !this.#owned.has(keyOf(partition)))
      .map((partition) => new OwnedPartition(partition));
    this.#drop(gone);
    for (const owned of added) this.#owned.set(keyOf(owned), owned);
    const busy = added.filter((owned) => this.#callbacks.has(keyOf(owned)));
    for (const owned of busy) this.#afterCallbackOf(owned, () => this.#announce([owned]));
    this.#announce(added.filter((owned) => !busy.includes(owned)));
    return gone.length > 0;
  }

  #drop(list: readonly OwnedPartition[]): void {
    for (const owned of list) {
      this.#owned.delete(keyOf(owned));
      if (owned.reader) this.#fetcher.remove(owned.reader);
    }
    const announced = list.filter((owned) => owned.announced);
    const busy = announced.filter((owned) => this.#callbacks.has(keyOf(owned)));
    for (const owned of busy) this.#afterCallbackOf(owned, () => this.#lost([owned]));
    this.#lost(announced.filter((owned) => !busy.includes(owned)));
  }

  #lost(list: readonly OwnedPartition[]): void {
    if (list.length > 0) this.#tell(() => this.#listener.lost(list.map(plain)));
  }

  #announce(list: readonly OwnedPartition[]): void {
    const ours = list.filter((owned) => this.#isOurs(owned));
    if (ours.length > 0) this.#runCallback(ours, () => this.#start(ours));
  }

  async #start(list: readonly OwnedPartition[]): Promise<void> {
    const backOff = new BackOff(100, 5_000);
    for (let ours = list; ours.length > 0; ours = ours.filter((owned) => this.#isOurs(owned))) {
      try {
        await this.#askWhereToStart(ours);
        return;
      } catch (error) {
        this.#failed(codedError(error, `Taking over partitions in '${this.#options.group}'`), false);
        await new Promise((resolve) => setTimeout(resolve, backOff.next()));
      }
    }
  }

  async #askWhereToStart(list: readonly OwnedPartition[]): Promise<void> {
    const committed = await this.#committer.committed(list);
    const ours = list.filter((owned) => this.#isOurs(owned));
    if (ours.length === 0) return;
    for (const owned of ours) owned.announced = true;
    const answer = await this.#listener.assigned(
      ours.map((owned) => ({ ...plain(owned), committed: committed.get(keyOf(owned)) ?? null })),
    );
    const positions = new Map(answer.map((position) => [keyOf(position), position.offset]));
    for (const owned of ours) {
      const from = owned.soughtTo ?? positions.get(keyOf(owned));
      if (from === undefined) throw new Error(`no start was given for partition ${keyOf(owned)}`);
      if (!this.#isOurs(owned)) continue;
      owned.reader = new PartitionReader(owned, from);
      owned.reader.paused = owned.paused;
      this.#fetcher.add(owned.reader);
    }
  }

  #askWhereToGoOn(reader: PartitionReader): void {
    const owned = this.#owned.get(keyOf(reader));
    if (owned?.reader !== reader) return;
    const { version, position: offset } = reader;
    reader.asking = true;
    this.#runCallback([owned], async () => {
      const backOff = new BackOff(100, 5_000);
      while (this.#isOurs(owned) && reader.version === version) {
        try {
          const range = await logRange(this.#cluster, reader);
          if (!this.#isOurs(owned) || reader.version !== version) break;
          const goOn = await this.#listener.outOfRange({ ...plain(reader), offset, ...range });
          if (reader.version === version) reader.jump(goOn);
        } catch (error) {
          this.#failed(codedError(error, `Asking where to go on in ${keyOf(reader)}`), false);
          await new Promise((resolve) => setTimeout(resolve, backOff.next()));
        }
      }
      reader.asking = false;
      this.#fetcher.wake();
    });
  }

  #runCallback(list: readonly OwnedPartition[], callback: () => Promise<void>): void {
    const running = callback().catch((error: unknown) =>
      this.#failed(codedError(error, 'A callback'), false),
    );
    for (const owned of list) this.#callbacks.set(keyOf(owned), running);
    void running.then(() => {
      for (const owned of list) {
        if (this.#callbacks.get(keyOf(owned)) === running) this.#callbacks.delete(keyOf(owned));
      }
    });
  }

  #afterCallbackOf(owned: OwnedPartition, next: () => void): void {
    const running = this.#callbacks.get(keyOf(owned));
    if (!running) return next();
    void running.then(() => this.#afterCallbackOf(owned, next));
  }

  #isOurs(owned: OwnedPartition): boolean {
    return !this.#closing && this.#owned.get(keyOf(owned)) === owned;
  }

  #tell(callback: () => void): void {
    if (this.#closing) return;
    try {
      callback();
    } catch (error) {
      this.#failed(error instanceof Error ? error : new Error(String(error)), false);
    }
  }

  #failed(error: Error, fatal: boolean): void {
    if (!this.#closing) this.#listener.failed(error, fatal);
  }
}

const plain = ({ topic, partition }: TopicPartition): TopicPartition => ({ topic, partition });
