import type { ConnectionPool, joinGroupV9 } from '@platformatic/kafka';
import { UnknownTopicError } from '../../transport.errors';
import { BackOff } from '../cluster/back-off';
import type { Cluster } from '../cluster/cluster';
import { InstanceFencedError } from '../kafka.errors';
import { codedError, isPassing, ProtocolCode, protocolCodeOf } from '../protocol-errors';
import {
  decodeAssignment,
  encodeAssignments,
  encodeSubscription,
  NO_GENERATION,
  PROTOCOL,
  subscribersOf,
} from './classic-protocol';
import type { Coordinator } from './coordinator';
import { IdentityHolder } from './identity-holder';
import type { GroupIdentity, Membership, MembershipEvents, MembershipOptions } from './membership';
import { Pause } from './pause';

type JoinGroupResponse = joinGroupV9.JoinGroupResponse;

const JOIN_WITHIN_MS = 8_000;
const JOIN_MARGIN_MS = 5_000;
const LEADER_LOOKS_EVERY_MS = 30_000;

/** Membership by JoinGroup, SyncGroup and Heartbeat. What is kept in a rebalance is read on all the while. */
export class ClassicMembership implements Membership {
  readonly #cluster: Cluster;
  readonly #coordinator: Coordinator;
  readonly #options: MembershipOptions;
  readonly #events: MembershipEvents;
  readonly #joinPool: ConnectionPool;
  readonly #heartbeatPool: ConnectionPool;
  readonly #identity = new IdentityHolder();
  readonly #pause = new Pause();
  readonly #backOff = new BackOff();
  #memberId = '';
  /** Of the last JoinGroup and of the last SyncGroup that succeeded. */
  #joinedGeneration = NO_GENERATION;
  #syncedGeneration = NO_GENERATION;
  #isLeader = false;
  #partitionsSeen = '';
  #lastSign = 0;
  #lastLook = 0;
  #ended = false;
  #running: Promise<void> | undefined;

  constructor(
    cluster: Cluster,
    coordinator: Coordinator,
    options: MembershipOptions,
    events: MembershipEvents,
  ) {
    this.#cluster = cluster;
    this.#coordinator = coordinator;
    this.#options = options;
    this.#events = events;
    const { clientId, sessionTimeoutMs } = options;
    // A join is answered only when all members have come, so it gets a connection of its own.
    this.#joinPool = cluster.pool(sessionTimeoutMs + JOIN_MARGIN_MS, { clientId });
    this.#heartbeatPool = cluster.pool(Math.max(1_000, sessionTimeoutMs / 3), { clientId });
  }

  get memberId(): string {
    return this.#memberId;
  }

  get identity(): GroupIdentity | undefined {
    return this.#identity.current;
  }

  changed(from: GroupIdentity | undefined, withinMs: number): Promise<void> {
    return this.#identity.changed(from, withinMs);
  }

  poke(): void {
    this.#pause.poke();
  }

  join(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#running = this.#run(resolve, reject);
    });
  }

  async leave(): Promise<void> {
    if (this.#ended && !this.#running) return;
    this.#ended = true;
    this.#pause.poke();
    const { group, instanceId } = this.#options;
    // A member with a stable name stays listed until its session ends, so that its restart finds its partitions.
    if (this.#memberId !== '' && instanceId === null) {
      await this.#coordinator
        .call(this.#heartbeatPool, 'LeaveGroup', group, [{ memberId: this.#memberId, reason: 'closed' }])
        .catch((error: unknown) => this.#events.failed(codedError(error, `Leaving group '${group}'`), false));
    }
    await Promise.all([this.#cluster.release(this.#joinPool), this.#cluster.release(this.#heartbeatPool)]);
    await this.#running;
    this.#running = undefined;
  }

  async #run(joined: () => void, notJoined: (error: Error) => void): Promise<void> {
    let everJoined = false;
    while (!this.#ended) {
      try {
        const revoked = await this.#joinAndSync();
        if (!everJoined) joined();
        everJoined = true;
        this.#backOff.reset();
        // The others get what we have let go of in a round of its own.
        if (!revoked) await this.#stayIn();
      } catch (error) {
        if (this.#ended) break;
        const end = this.#afterFailure(error, everJoined);
        if (end) {
          this.#ended = true;
          if (everJoined) this.#events.failed(end, true);
          else notJoined(end);
          break;
        }
        if (needsPause(error)) await this.#pause.wait(this.#backOff.next());
      }
    }
    notJoined(codedError(new Error('closed while joining'), `Joining group '${this.#options.group}'`));
  }

  /** True when this round took something from us. */
  async #joinAndSync(): Promise<boolean> {
    const { group, topics, sessionTimeoutMs, instanceId } = this.#options;
    await this.#cluster.topics(topics);
    const answer = await this.#coordinator.call(
      this.#joinPool,
      'JoinGroup',
      group,
      sessionTimeoutMs,
      sessionTimeoutMs,
      this.#memberId,
      instanceId,
      'consumer',
      [
        {
          name: PROTOCOL,
          metadata: encodeSubscription(topics, this.#events.owned(), this.#syncedGeneration),
        },
      ],
      '',
    );
    this.#sign();
    // A generation that went by without us may have given our partitions to others.
    if (this.#joinedGeneration !== NO_GENERATION && answer.generationId !== this.#joinedGeneration + 1) {
      this.#events.lostAll();
    }
    this.#memberId = answer.memberId;
    this.#joinedGeneration = answer.generationId;
    this.#isLeader = answer.leader === answer.memberId;
    const assignments = this.#isLeader && !answer.skipAssignment ? await this.#assignments(answer) : [];
    const { assignment } = await this.#coordinator.call(
      this.#joinPool,
      'SyncGroup',
      group,
      answer.generationId,
      answer.memberId,
      instanceId,
      'consumer',
      answer.protocolName,
      assignments,
    );
    if (this.#ended) return false;
    this.#sign();
    this.#syncedGeneration = answer.generationId;
    this.#identity.set({ memberId: answer.memberId, generation: answer.generationId });
    return this.#events.assigned(decodeAssignment(assignment));
  }

  async #assignments(answer: JoinGroupResponse) {
    const subscribers = subscribersOf(answer);
    return encodeAssignments(
      subscribers,
      await this.#partitionCounts(subscribers.flatMap((subscriber) => subscriber.topics)),
    );
  }

  async #partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    const wanted = [...new Set(topics)].toSorted();
    await this.#cluster.refresh(wanted);
    const counts = wanted.map(
      (topic) => [topic, this.#cluster.known(topic)?.partitions.length ?? 0] as const,
    );
    this.#partitionsSeen = String(counts);
    this.#lastLook = performance.now();
    return new Map(counts);
  }

  /** Returns when the group rebalances, rejects when we are out of it or it cannot be reached. */
  async #stayIn(): Promise<void> {
    const { group, sessionTimeoutMs, instanceId } = this.#options;
    const intervalMs = Math.min(1_000, Math.max(100, sessionTimeoutMs / 6));
    for (;;) {
      await this.#pause.wait(intervalMs);
      if (this.#ended || (await this.#topicsHaveGrown())) return;
      try {
        await this.#coordinator.call(
          this.#heartbeatPool,
          'Heartbeat',
          group,
          this.#joinedGeneration,
          this.#memberId,
          instanceId,
        );
        this.#sign();
        this.#backOff.reset();
      } catch (error) {
        if (protocolCodeOf(error) === ProtocolCode.REBALANCE_IN_PROGRESS) return this.#sign();
        if (!isAway(error)) throw error;
        // Still in as far as we know: the same generation goes on where the coordinator comes back in time.
        if (performance.now() - this.#lastSign > sessionTimeoutMs) throw error;
        if (this.#backOff.attempts === 0)
          this.#events.failed(codedError(error, `The heartbeat of '${group}'`), false);
        await this.#pause.wait(this.#backOff.next());
      }
    }
  }

  async #topicsHaveGrown(): Promise<boolean> {
    if (!this.#isLeader || performance.now() - this.#lastLook < LEADER_LOOKS_EVERY_MS) return false;
    const seen = this.#partitionsSeen;
    try {
      await this.#partitionCounts(this.#options.topics);
    } catch (error) {
      this.#lastLook = performance.now();
      this.#events.failed(codedError(error, 'Looking for new partitions'), false);
      return false;
    }
    return seen !== this.#partitionsSeen;
  }

  /** The error to end with, if this is the end. */
  #afterFailure(error: unknown, everJoined: boolean): Error | undefined {
    const { group, instanceId, sessionTimeoutMs } = this.#options;
    const coded = codedError(error, `Being in group '${group}'`);
    const code = protocolCodeOf(error);
    switch (code) {
      case ProtocolCode.MEMBER_ID_REQUIRED:
        this.#memberId = (error as { response?: JoinGroupResponse }).response?.memberId ?? '';
        return undefined;
      case ProtocolCode.REBALANCE_IN_PROGRESS:
        return undefined;
      case ProtocolCode.UNKNOWN_MEMBER_ID:
        this.#memberId = '';
        this.#out();
        return undefined;
      case ProtocolCode.ILLEGAL_GENERATION:
        this.#out();
        return undefined;
      case ProtocolCode.FENCED_INSTANCE_ID:
        this.#out();
        return new InstanceFencedError(`Another process joined '${group}' as '${instanceId}'.`, {
          cause: error,
        });
      default:
    }
    if (everJoined && performance.now() - this.#lastSign > sessionTimeoutMs) this.#out();
    if (isAway(error) || (everJoined && error instanceof UnknownTopicError)) {
      if (!everJoined && performance.now() - this.#firstTry() > JOIN_WITHIN_MS) return coded;
      if (this.#backOff.attempts === 0) this.#events.failed(coded, false);
      return undefined;
    }
    this.#out();
    return coded;
  }

  #firstTry(): number {
    if (this.#lastSign === 0) this.#lastSign = performance.now();
    return this.#lastSign;
  }

  #out(): void {
    this.#joinedGeneration = NO_GENERATION;
    this.#syncedGeneration = NO_GENERATION;
    this.#identity.set(undefined);
    this.#events.lostAll();
  }

  #sign(): void {
    this.#lastSign = performance.now();
  }
}

const isAway = (error: unknown): boolean => {
  const code = protocolCodeOf(error);
  return code === undefined ? codedError(error, '').retryable : isPassing(code);
};

const AT_ONCE = new Set<number | undefined>([
  ProtocolCode.MEMBER_ID_REQUIRED,
  ProtocolCode.REBALANCE_IN_PROGRESS,
  ProtocolCode.UNKNOWN_MEMBER_ID,
  ProtocolCode.ILLEGAL_GENERATION,
]);

const needsPause = (error: unknown): boolean => !AT_ONCE.has(protocolCodeOf(error));
