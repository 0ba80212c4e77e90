import { setTimeout as delay } from 'node:timers/promises';
import { OwnershipLostError } from '../transport.errors';
import type { GroupListener, GroupMember, Position, TopicPartition } from '../transport.port';
import { BackOff } from './back-off';
import type { GroupKeeper } from './group-keeper';
import type { GroupStore, Membership, OwnedPartition } from './group-store';
import type { HeadWatch } from './head-watch';
import { laneKey } from './lane-key';
import { LaneTurns } from './lane-turns';
import type { LogReader } from './log-reader';
import { PartitionFlow } from './partition-flow';

export interface MemberSurroundings {
  readonly store: GroupStore;
  readonly keeper: GroupKeeper;
  readonly heads: HeadWatch;
  readonly reader: LogReader;
  readonly maxBytes: number;
  readonly left: (member: EmbeddedMember) => void;
}

/** How long `close` waits for a listener's answers that are under way. */
const ANSWERS_WITHIN_MS = 5_000;

/** One member of one group: what it owns follows the group's table, generation by generation. */
export class EmbeddedMember implements GroupMember {
  readonly memberId: string;
  readonly group: string;
  readonly leaseMs: number;
  /** The generation whose assignment is applied. */
  seen = -1n;
  private aliveAt = performance.now();
  private readonly flows = new Map<string, PartitionFlow>();
  private readonly turns = new LaneTurns();
  private refreshing: Promise<void> | undefined;
  private refreshAgain = false;
  private ended = false;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly membership: Membership,
    private readonly listener: GroupListener,
    private readonly around: MemberSurroundings,
  ) {
    this.memberId = membership.memberId;
    this.group = membership.group;
    this.leaseMs = membership.leaseMs;
  }

  async join(): Promise<void> {
    await this.around.store.join(this.membership);
    this.aliveAt = performance.now();
    this.around.keeper.add(this);
    this.refresh();
  }

  assignment(): readonly TopicPartition[] {
    return [...this.flows.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  pause(partition: TopicPartition): void {
    this.flows.get(laneKey(partition))?.pause();
  }

  resume(partition: TopicPartition): void {
    this.flows.get(laneKey(partition))?.resume();
  }

  seek(position: Position): void {
    this.flows.get(laneKey(position))?.seek(position.offset);
  }

  async commit(positions: readonly Position[]): Promise<void> {
    if (positions.length === 0) return;
    const latest = new Map(positions.map((position) => [laneKey(position), position]));
    const owned = [...latest].map(([key, position]) => {
      const flow = this.flows.get(key);
      if (!flow) throw new OwnershipLostError(`${key} is not owned by ${this.memberId}.`);
      return { ...position, epoch: flow.epoch };
    });
    await this.around.store.commit(this.group, this.memberId, owned);
  }

  close(): Promise<void> {
    this.closing ??= this.leave();
    return this.closing;
  }

  /** The lease was renewed; `asOf` is when it was asked for. */
  heard(generation: bigint, asOf: number): void {
    this.aliveAt = asOf;
    if (generation !== this.seen) this.refresh();
  }

  /** The lease could not be renewed. Past its end others may own what we hold. */
  heardNothing(error: unknown): void {
    this.failed(error);
    if (performance.now() - this.aliveAt > this.leaseMs) this.lose([...this.flows.values()]);
  }

  /** We are in the group no more: the lease ran out, or another process has taken our name. */
  removed(): void {
    this.refresh();
  }

  /** Brings what we own in line with the group's table; one at a time, and once more when asked meanwhile. */
  refresh(): void {
    if (this.ended) return;
    this.refreshAgain = this.refreshing !== undefined;
    this.refreshing ??= this.applyOwned()
      .catch((error: unknown) => {
        // The next sign of life finds the generation still unseen.
        this.failed(error);
      })
      .finally(() => {
        this.refreshing = undefined;
        if (this.refreshAgain) this.refresh();
      });
  }

  private async applyOwned(): Promise<void> {
    const { store, keeper, heads } = this.around;
    const owned = await store.owned(this.group, this.memberId);
    if (this.ended) return;
    if (!owned) return this.joinAgain();
    const wanted = new Map(owned.partitions.map((partition) => [laneKey(partition), partition]));
    this.lose([...this.flows.values()].filter((flow) => wanted.get(laneKey(flow))?.epoch !== flow.epoch));
    const fresh = [...wanted].filter(([key]) => !this.flows.has(key)).map(([, partition]) => partition);
    for (const partition of fresh) this.flows.set(laneKey(partition), this.flowOf(partition));
    const known = this.seen === owned.generation;
    this.seen = owned.generation;
    if (fresh.length > 0) {
      void this.announce(fresh);
      await heads.lookSoon();
    }
    if (!known) void keeper.lookSoon();
  }

  private async joinAgain(): Promise<void> {
    const { store, keeper } = this.around;
    const { instanceId } = this.membership;
    this.lose([...this.flows.values()]);
    if (instanceId !== null && (await store.isTaken(this.group, instanceId, this.memberId))) {
      this.end();
      const reason = `Another process has joined ${this.group} as ${instanceId}.`;
      this.tell(new OwnershipLostError(reason), true);
      return;
    }
    this.seen = -1n;
    await store.join(this.membership);
    this.aliveAt = performance.now();
    this.refreshAgain = true;
    keeper.changed();
  }

  private flowOf(partition: OwnedPartition): PartitionFlow {
    return new PartitionFlow(partition, partition.epoch, {
      reader: this.around.reader,
      heads: this.around.heads,
      listener: this.listener,
      maxBytes: this.around.maxBytes,
      failed: (error) => this.failed(error),
      inTurn: this.turns.run,
    });
  }

  /** Asks the owner where to read from, again after a fault, for as long as the partitions stay ours. */
  private async announce(partitions: readonly OwnedPartition[]): Promise<void> {
    const backOff = new BackOff();
    const epochs = new Map(partitions.map((partition) => [laneKey(partition), partition.epoch]));
    for (;;) {
      const ours = partitions.filter((lane) => this.flows.get(laneKey(lane))?.epoch === lane.epoch);
      if (ours.length === 0) return;
      try {
        const news = ours.map(({ topic, partition, committed }) => ({ topic, partition, committed }));
        const positions = await this.turns.run(news.map(laneKey), async () =>
          this.ended ? [] : this.listener.assigned(news),
        );
        for (const position of positions) {
          const flow = this.flows.get(laneKey(position));
          if (flow?.epoch === epochs.get(laneKey(position))) flow?.begin(position.offset);
        }
        return;
      } catch (error) {
        this.failed(error);
        await delay(backOff.next());
      }
    }
  }

  /** Delivery ends now; the owner is told at once, or as soon as its answer about the same partition is there. */
  private lose(flows: readonly PartitionFlow[]): void {
    for (const flow of flows) {
      flow.stop();
      this.flows.delete(laneKey(flow));
    }
    if (flows.length === 0) return;
    // A generation once applied is to be applied again: it may still give us what we dropped.
    this.seen = -1n;
    const partitions = flows.map(({ topic, partition }) => ({ topic, partition }));
    void this.turns
      .run(partitions.map(laneKey), async () => {
        if (!this.ended) this.listener.lost(partitions);
      })
      .catch((error: unknown) => this.failed(error));
  }

  private async leave(): Promise<void> {
    const { store, keeper } = this.around;
    const wasMember = !this.ended;
    this.end();
    await this.refreshing;
    await Promise.race([this.turns.idle(), delay(ANSWERS_WITHIN_MS, undefined, { ref: false })]);
    if (!wasMember) return;
    // Where the log is away the lease ends by itself; there is nobody left to tell.
    await store.leave(this.group, this.memberId).then(
      () => keeper.changed(),
      () => undefined,
    );
  }

  private end(): void {
    this.ended = true;
    this.around.keeper.remove(this);
    for (const flow of this.flows.values()) flow.stop();
    this.flows.clear();
    this.around.left(this);
  }

  private failed(error: unknown): void {
    if (!this.ended) this.tell(error instanceof Error ? error : new Error(String(error)), false);
  }

  private tell(error: Error, fatal: boolean): void {
    try {
      this.listener.failed(error, fatal);
    } catch (fault) {
      // It was the last one to be told; what is left is the process.
      process.emitWarning(
        `A listener of group ${this.group} threw when it was told a failure: ${String(fault)}`,
      );
    }
  }
}
