import { randomUUID } from 'node:crypto';
import {
  ConfigResourceTypes,
  type ConnectionPool,
  IncrementalAlterConfigOperationTypes,
} from '@platformatic/kafka';
import { BackOff } from '../cluster/back-off';
import type { Cluster } from '../cluster/cluster';
import { InstanceFencedError } from '../kafka.errors';
import { codedError, isPassing, ProtocolCode, protocolCodeOf } from '../protocol-errors';
import type { Coordinator } from './coordinator';
import { IdentityHolder } from './identity-holder';
import type { GroupIdentity, Membership, MembershipEvents, MembershipOptions } from './membership';
import { Pause } from './pause';
import { byTopic } from './topic-partitions';

const LEAVE = -1;
const LEAVE_FOR_A_RESTART = -2;
const JOIN = 0;
const JOIN_WITHIN_MS = 8_000;
const OUT = new Set<number | undefined>([ProtocolCode.UNKNOWN_MEMBER_ID, ProtocolCode.FENCED_MEMBER_EPOCH]);

interface TopicIdPartitions {
  readonly topicId: string;
  readonly partitions: number[];
}

/** Membership by KIP-848: one heartbeat says what we hold, its answer what we are to hold. */
export class ConsumerMembership implements Membership {
  readonly memberId = randomUUID();
  readonly #cluster: Cluster;
  readonly #coordinator: Coordinator;
  readonly #options: MembershipOptions;
  readonly #events: MembershipEvents;
  readonly #pool: ConnectionPool;
  readonly #identity = new IdentityHolder();
  readonly #pause = new Pause();
  readonly #backOff = new BackOff();
  #epoch = JOIN;
  #target: readonly TopicIdPartitions[] | undefined;
  #intervalMs = 1_000;
  #lastSign = performance.now();
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
    this.#pool = cluster.pool(Math.max(1_000, options.sessionTimeoutMs / 3), { clientId: options.clientId });
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

  async join(): Promise<void> {
    const { topics, group, sessionTimeoutMs } = this.#options;
    await this.#cluster.topics(topics);
    await this.#setSessionTimeout(group, sessionTimeoutMs);
    await new Promise<void>((resolve, reject) => {
      this.#running = this.#run(resolve, reject);
    });
  }

  async leave(): Promise<void> {
    if (this.#ended && !this.#running) return;
    const joined = this.#epoch > JOIN;
    this.#ended = true;
    this.#pause.poke();
    await this.#running;
    this.#running = undefined;
    if (joined) {
      await this.#beat(this.#options.instanceId === null ? LEAVE : LEAVE_FOR_A_RESTART).catch(
        (error: unknown) =>
          this.#events.failed(codedError(error, `Leaving group '${this.#options.group}'`), false),
      );
    }
    await this.#cluster.release(this.#pool);
  }

  // The brokers know the time-out of a group, not of a member.
  async #setSessionTimeout(group: string, sessionTimeoutMs: number): Promise<void> {
    await this.#cluster.admin.incrementalAlterConfigs({
      resources: [
        {
          resourceType: ConfigResourceTypes.GROUP,
          resourceName: group,
          configs: [
            {
              name: 'consumer.session.timeout.ms',
              configOperation: IncrementalAlterConfigOperationTypes.SET,
              value: String(sessionTimeoutMs),
            },
          ],
        },
      ],
    });
  }

  async #run(joined: () => void, notJoined: (error: Error) => void): Promise<void> {
    let everJoined = false;
    while (!this.#ended) {
      try {
        await this.#beatAndApply();
        if (!everJoined) joined();
        everJoined = true;
        this.#backOff.reset();
        await this.#pause.wait(this.#intervalMs);
      } catch (error) {
        if (this.#ended) break;
        const end = this.#afterFailure(error, everJoined);
        if (end) {
          this.#ended = true;
          if (everJoined) this.#events.failed(end, true);
          else notJoined(end);
          break;
        }
        await this.#pause.wait(this.#backOff.next());
      }
    }
    notJoined(codedError(new Error('closed while joining'), `Joining group '${this.#options.group}'`));
  }

  async #beatAndApply(): Promise<void> {
    const answer = await this.#beat(this.#epoch);
    if (this.#ended) return;
    this.#lastSign = performance.now();
    if (answer.heartbeatIntervalMs > 0) this.#intervalMs = answer.heartbeatIntervalMs;
    if (answer.memberEpoch !== this.#epoch || !this.identity) {
      this.#epoch = answer.memberEpoch;
      this.#identity.set({ memberId: this.memberId, generation: answer.memberEpoch });
    }
    if (answer.assignment) this.#target = answer.assignment.topicPartitions;
    if (!answer.assignment || !this.#target) return;
    await this.#cluster.topics(this.#options.topics);
    const names = new Map(this.#options.topics.map((topic) => [this.#cluster.known(topic)?.id, topic]));
    const partitions = this.#target.flatMap(({ topicId, partitions }) => {
      const topic = names.get(topicId);
      return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }));
    });
    this.#events.assigned(partitions);
    // What we hold now is told at once: others may be waiting for what we have let go of.
    this.#pause.poke();
  }

  #beat(epoch: number) {
    const { group, instanceId, topics, sessionTimeoutMs } = this.#options;
    const held = byTopic(this.#events.owned()).map(({ topic, partitions }) => ({
      topicId: this.#cluster.known(topic)?.id ?? '',
      partitions,
    }));
    return this.#coordinator.call(
      this.#pool,
      'ConsumerGroupHeartbeat',
      group,
      this.memberId,
      epoch,
      instanceId,
      null,
      sessionTimeoutMs,
      [...topics],
      null,
      null,
      epoch === JOIN ? [] : held,
    );
  }

  #afterFailure(error: unknown, everJoined: boolean): Error | undefined {
    const { group, instanceId, sessionTimeoutMs } = this.#options;
    const code = protocolCodeOf(error);
    const silentMs = performance.now() - this.#lastSign;
    if (OUT.has(code)) {
      this.#out();
      return undefined;
    }
    const coded = codedError(error, `Being in group '${group}'`);
    if (code === ProtocolCode.FENCED_INSTANCE_ID) {
      this.#out();
      return new InstanceFencedError(`Another process joined '${group}' as '${instanceId}'.`, {
        cause: error,
      });
    }
    if (silentMs > sessionTimeoutMs && everJoined) this.#out();
    const away =
      code === undefined ? coded.retryable : isPassing(code) || code === ProtocolCode.UNRELEASED_INSTANCE_ID;
    if (away && (everJoined || silentMs < Math.max(JOIN_WITHIN_MS, sessionTimeoutMs))) {
      if (this.#backOff.attempts === 0) this.#events.failed(coded, false);
      return undefined;
    }
    this.#out();
    return coded;
  }

  #out(): void {
    this.#epoch = JOIN;
    this.#target = undefined;
    this.#identity.set(undefined);
    this.#events.lostAll();
  }
}
