import type { TopicPartition } from '../../transport.port';

/** What the brokers check a commit against. A new object for every generation. */
export interface GroupIdentity {
  readonly memberId: string;
  readonly generation: number;
}

export interface MembershipOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly clientId: string;
  readonly instanceId: string | null;
  readonly sessionTimeoutMs: number;
}

export interface MembershipEvents {
  owned(): readonly TopicPartition[];
  /** All that is ours from now on. True when something of what was owned is not among it. */
  assigned(partitions: readonly TopicPartition[]): boolean;
  /** The group has gone on without us: nothing is ours any more. */
  lostAll(): void;
  failed(error: Error, fatal: boolean): void;
}

/** Being in a group, by one of Kafka's two protocols. */
export interface Membership {
  readonly memberId: string;
  /** Resolves after the first assignment, rejects when the group cannot be joined. */
  join(): Promise<void>;
  /** Undefined while there is none. */
  readonly identity: GroupIdentity | undefined;
  /** Resolves when the identity is another than this one, or after `withinMs`. */
  changed(from: GroupIdentity | undefined, withinMs: number): Promise<void>;
  /** Looks now whether we are still in. */
  poke(): void;
  leave(): Promise<void>;
}
