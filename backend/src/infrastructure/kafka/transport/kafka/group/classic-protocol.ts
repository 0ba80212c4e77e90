import {
  decodeConsumerProtocolAssignment,
  decodeConsumerProtocolSubscription,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
  type joinGroupV9,
} from '@platformatic/kafka';
import type { TopicPartition } from '../../transport.port';
import { assign, type Subscriber } from './assignor';
import { byTopic, flat } from './topic-partitions';

/** The assignor's name on the wire; Kafka's own consumers offer it, too, so that they can share a group with us. */
export const PROTOCOL = 'cooperative-sticky';
export const NO_GENERATION = -1;
const VERSION = 3;

/** What a member says of itself when it joins. `generation` is the one in which it came to own what it owns. */
export function encodeSubscription(
  topics: readonly string[],
  owned: readonly TopicPartition[],
  generation: number,
): Buffer {
  return encodeConsumerProtocolSubscription({
    version: VERSION,
    topics: [...topics],
    ownedPartitions: byTopic(owned),
    generationId: owned.length > 0 ? generation : NO_GENERATION,
  });
}

export function subscribersOf({ members }: joinGroupV9.JoinGroupResponse): Subscriber[] {
  return members.map(({ memberId, metadata }) => {
    const { topics, ownedPartitions, generationId } = decodeConsumerProtocolSubscription(metadata);
    const owned = flat(ownedPartitions ?? []);
    return { memberId, topics, owned, generation: generationId ?? NO_GENERATION };
  });
}

/** What the leader gives to each member. */
export function encodeAssignments(
  subscribers: readonly Subscriber[],
  partitionsOf: ReadonlyMap<string, number>,
) {
  return [...assign(subscribers, partitionsOf)].map(([memberId, share]) => ({
    memberId,
    assignment: encodeConsumerProtocolAssignment({
      version: VERSION,
      assignedPartitions: byTopic(share),
      userData: null,
    }),
  }));
}

export const decodeAssignment = (assignment: Buffer): TopicPartition[] =>
  flat(decodeConsumerProtocolAssignment(assignment).assignedPartitions);
