import type { MessageRecord } from '@platformatic/kafka';
import type { ProducerIdentity } from './producer-identity';
import type { Entry } from './append-call';

/** Records of one partition that travel, and if need be are repeated, together under one sequence number. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly entries: readonly Entry[];
  readonly bytes: number;
  readonly identity: ProducerIdentity;
  readonly firstSequence: number;
  readonly deadline: number;
  /** True once an answer was missed: it may be in the log already. */
  mayBeStored: boolean;
}

export function messagesOf({ topic, partition, entries }: Batch, now: bigint): MessageRecord[] {
  return entries.map(({ record }) => ({
    topic,
    partition,
    timestamp: record.timestamp === undefined ? now : BigInt(record.timestamp),
    // The client's types know no null, its writer does: null key, value and header value go out as such.
    key: record.key as Buffer,
    value: record.value as Buffer,
    // Names as objects of their own, so that a repeated name is a second entry.
    headers: new Map(record.headers.map(([name, value]) => [Buffer.from(name), value as Buffer])),
  }));
}
