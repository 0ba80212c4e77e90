import type { TopicPartition } from '../transport.port';
import { laneKey } from './lane-key';

export interface Candidate {
  readonly memberId: string;
  readonly topics: readonly string[];
}

/** Owner by partition, as `laneKey` writes it. */
export type Assignment = ReadonlyMap<string, string>;

/**
 * Who owns what from now on. Each topic is spread evenly over its subscribers, then the sums are; within that, as
 * few partitions as possible change their owner. The same input gives the same answer, in whatever order.
 */
export function assignSticky(
  members: readonly Candidate[],
  partitions: readonly TopicPartition[],
  current: Assignment,
): Assignment {
  return new Spread(members, partitions, current).result();
}

class Spread {
  private readonly owners = new Map<string, string>();
  private readonly load = new Map<string, number>();
  private readonly topics: ReadonlyMap<string, readonly string[]>;
  private readonly members: readonly Candidate[];

  constructor(members: readonly Candidate[], partitions: readonly TopicPartition[], current: Assignment) {
    this.members = members.toSorted((a, b) => compare(a.memberId, b.memberId));
    this.topics = lanesByTopic(partitions);
    for (const { memberId } of this.members) this.load.set(memberId, 0);
    for (const [topic, lanes] of this.topics) this.keep(topic, lanes, current);
    for (const [topic, lanes] of this.topics) this.give(topic, lanes);
    for (const topic of this.topics.keys()) this.evenTopic(topic);
    this.evenSums();
  }

  result(): Assignment {
    return this.owners;
  }

  private keep(topic: string, lanes: readonly string[], current: Assignment): void {
    const subscribers = new Set(this.subscribersOf(topic));
    for (const lane of lanes) {
      const owner = current.get(lane);
      if (owner !== undefined && subscribers.has(owner)) this.move(lane, owner);
    }
  }

  private give(topic: string, lanes: readonly string[]): void {
    const subscribers = this.subscribersOf(topic);
    for (const lane of lanes) {
      if (this.owners.has(lane)) continue;
      const least = minimum(subscribers, (id) => [this.lanesOf(topic, id).length, this.loadOf(id)]);
      if (least !== undefined) this.move(lane, least);
    }
  }

  private evenTopic(topic: string): void {
    const subscribers = this.subscribersOf(topic);
    for (;;) {
      const least = minimum(subscribers, (id) => [this.lanesOf(topic, id).length, this.loadOf(id)]);
      const most = minimum(subscribers, (id) => [-this.lanesOf(topic, id).length, -this.loadOf(id)]);
      if (least === undefined || most === undefined) return;
      const lanes = this.lanesOf(topic, most);
      const surplus = lanes.length - this.lanesOf(topic, least).length;
      const lane = lanes.at(-1);
      if (surplus < 2 || lane === undefined) return;
      this.move(lane, least);
    }
  }

  /** Moves single partitions of topics that one member has one more of; no topic becomes uneven by it. */
  private evenSums(): void {
    while (this.evenOnce()) {
      // until nothing moves
    }
  }

  private evenOnce(): boolean {
    const byLoad = this.members
      .map(({ memberId }) => memberId)
      .toSorted((a, b) => this.loadOf(b) - this.loadOf(a));
    for (const most of byLoad) {
      for (const least of byLoad.toReversed()) {
        if (this.loadOf(most) - this.loadOf(least) < 2) break;
        for (const topic of this.topics.keys()) {
          if (!this.subscribersOf(topic).includes(least)) continue;
          const lanes = this.lanesOf(topic, most);
          const lane = lanes.at(-1);
          if (lane === undefined || lanes.length <= this.lanesOf(topic, least).length) continue;
          this.move(lane, least);
          return true;
        }
      }
    }
    return false;
  }

  private move(lane: string, owner: string): void {
    const before = this.owners.get(lane);
    if (before !== undefined) this.load.set(before, this.loadOf(before) - 1);
    this.owners.set(lane, owner);
    this.load.set(owner, this.loadOf(owner) + 1);
  }

  private subscribersOf(topic: string): string[] {
    return this.members.filter(({ topics }) => topics.includes(topic)).map(({ memberId }) => memberId);
  }

  private lanesOf(topic: string, memberId: string): string[] {
    return (this.topics.get(topic) ?? []).filter((lane) => this.owners.get(lane) === memberId);
  }

  private loadOf(memberId: string): number {
    return this.load.get(memberId) ?? 0;
  }
}

function lanesByTopic(partitions: readonly TopicPartition[]): ReadonlyMap<string, readonly string[]> {
  const sorted = partitions.toSorted((a, b) => compare(a.topic, b.topic) || a.partition - b.partition);
  const topics = new Map<string, string[]>();
  for (const partition of sorted) {
    const lanes = topics.get(partition.topic) ?? [];
    lanes.push(laneKey(partition));
    topics.set(partition.topic, lanes);
  }
  return topics;
}

function minimum(
  ids: readonly string[],
  weigh: (id: string) => readonly [number, number],
): string | undefined {
  let best: { id: string; weight: readonly [number, number] } | undefined;
  for (const id of ids) {
    const weight = weigh(id);
    const lighter =
      !best || weight[0] < best.weight[0] || (weight[0] === best.weight[0] && weight[1] < best.weight[1]);
    if (lighter) best = { id, weight };
  }
  return best?.id;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
