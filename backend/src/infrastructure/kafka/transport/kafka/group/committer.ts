import type { ConnectionPool } from '@platformatic/kafka';
import { LogUnavailableError } from '../../transport.errors';
import type { Position, TopicPartition } from '../../transport.port';
import { BackOff } from '../cluster/back-off';
import { codedError, isPassing, ProtocolCode, protocolCodeOf } from '../protocol-errors';
import type { Coordinator } from './coordinator';
import type { GroupIdentity, Membership } from './membership';
import { keyOf } from './topic-partitions';

const GENERATION_IS_OLD = new Set<number | undefined>([
  ProtocolCode.REBALANCE_IN_PROGRESS,
  ProtocolCode.ILLEGAL_GENERATION,
  ProtocolCode.UNKNOWN_MEMBER_ID,
  ProtocolCode.STALE_MEMBER_EPOCH,
  ProtocolCode.FENCED_MEMBER_EPOCH,
]);
const COMMIT_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 500;

interface Call {
  readonly positions: readonly Position[];
  readonly deadline: number;
  stillOurs(): void;
  resolve(): void;
  reject(error: Error): void;
}

/** A group's committed positions, read and written as one of its members. */
export class Committer {
  readonly #coordinator: Coordinator;
  readonly #pool: ConnectionPool;
  readonly #group: string;
  readonly #instanceId: string | null;
  readonly #waiting: Call[] = [];
  #busy = false;

  constructor(coordinator: Coordinator, pool: ConnectionPool, group: string, instanceId: string | null) {
    this.#coordinator = coordinator;
    this.#pool = pool;
    this.#group = group;
    this.#instanceId = instanceId;
  }

  async committed(partitions: readonly TopicPartition[]): Promise<Map<string, bigint>> {
    const topics = Object.entries(Object.groupBy(partitions, ({ topic }) => topic)).map(
      ([name, list = []]) => ({
        name,
        partitionIndexes: list.map(({ partition }) => partition),
      }),
    );
    const answer = await this.#coordinator.call(
      this.#pool,
      'OffsetFetch',
      [{ groupId: this.#group, memberId: null, memberEpoch: -1, topics }],
      true,
    );
    const committed = new Map<string, bigint>();
    for (const { name, partitions: answers } of answer.groups.flatMap((group) => group.topics)) {
      for (const { partitionIndex, committedOffset } of answers) {
        if (committedOffset >= 0n) committed.set(`${name}:${partitionIndex}`, committedOffset);
      }
    }
    return committed;
  }

  /**
   * Commits as soon as the group lets it. `stillOurs` throws when one of the positions is no longer ours; it is
   * asked before each attempt, as a rebalance can come between two. One request is under way at a time: what is
   * committed meanwhile goes together in the next one, so that a slow coordinator meets no crowd.
   */
  commit(positions: readonly Position[], membership: Membership, stillOurs: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + COMMIT_WITHIN_MS;
      this.#waiting.push({ positions, stillOurs, deadline, resolve, reject });
      if (!this.#busy) void this.#work(membership);
    });
  }

  async #work(membership: Membership): Promise<void> {
    this.#busy = true;
    const backOff = new BackOff(20, 500);
    let calls: Call[] = [];
    let cause: unknown;
    for (;;) {
      calls = this.#stillWanted([...calls, ...this.#waiting.splice(0)], cause);
      if (calls.length === 0) break;
      const { identity } = membership;
      if (!identity) {
        await membership.changed(identity, LOOK_AGAIN_MS);
        continue;
      }
      try {
        await this.#send(identity, calls);
        for (const { resolve } of calls) resolve();
        calls = [];
        backOff.reset();
      } catch (error) {
        cause = error;
        const code = protocolCodeOf(error);
        if (GENERATION_IS_OLD.has(code)) {
          membership.poke();
          await membership.changed(identity, backOff.next());
        } else if (code === undefined || isPassing(code)) {
          await new Promise((resolve) => setTimeout(resolve, backOff.next()));
        } else {
          for (const { reject } of calls) reject(codedError(error, `Committing for group '${this.#group}'`));
          calls = [];
        }
      }
    }
    this.#busy = false;
  }

  #stillWanted(calls: readonly Call[], cause: unknown): Call[] {
    const now = performance.now();
    return calls.filter(({ deadline, stillOurs, reject }) => {
      try {
        stillOurs();
        if (now < deadline) return true;
        const message = `Group '${this.#group}' took no commit for ${COMMIT_WITHIN_MS} ms.`;
        reject(new LogUnavailableError(message, { cause }));
      } catch (error) {
        reject(error as Error);
      }
      return false;
    });
  }

  async #send({ generation, memberId }: GroupIdentity, calls: readonly Call[]): Promise<void> {
    const positions = latest(calls.flatMap((call) => call.positions));
    const topics = Object.entries(Object.groupBy(positions, ({ topic }) => topic)).map(
      ([name, list = []]) => ({
        name,
        partitions: list.map(({ partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: -1,
          committedMetadata: null,
        })),
      }),
    );
    await this.#coordinator.call(
      this.#pool,
      'OffsetCommit',
      this.#group,
      generation,
      memberId,
      this.#instanceId,
      topics,
    );
  }
}

function latest(positions: readonly Position[]): Position[] {
  return [...new Map(positions.map((position) => [keyOf(position), position])).values()];
}
