import type { TopicPartition } from '../../transport.port';

export interface Subscriber {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly owned: readonly TopicPartition[];
  /** Generation in which it came to own them; a claim from an older one than others make is stale. */
  readonly generation: number;
}

/**
 * Kafka's cooperative sticky assignment: everybody keeps what they have as far as the shares stay even, and a
 * partition that has to move is given to nobody in the round in which its owner learns to let go of it.
 */
export function assign(
  subscribers: readonly Subscriber[],
  partitionsOf: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const members = subscribers.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const shares = new Map(members.map(({ memberId }) => [memberId, new Set<string>()]));
  const all = allPartitions(members, partitionsOf);
  const owners = ownersOf(members, all);
  for (const [key, owner] of owners) shares.get(owner)?.add(key);
  for (const [key, { topic }] of all) {
    if (!owners.has(key)) leastLoaded(members, shares, topic)?.add(key);
  }
  level(members, shares, all, owners);
  return new Map(
    members.map(({ memberId }) => {
      const share = [...(shares.get(memberId) ?? [])];
      const free = share.filter((key) => (owners.get(key) ?? memberId) === memberId);
      return [memberId, free.map((key) => all.get(key) as TopicPartition)];
    }),
  );
}

function allPartitions(members: readonly Subscriber[], partitionsOf: ReadonlyMap<string, number>) {
  const all = new Map<string, TopicPartition>();
  const topics = new Set(members.flatMap(({ topics }) => topics));
  for (const topic of [...topics].toSorted()) {
    for (let partition = 0; partition < (partitionsOf.get(topic) ?? 0); partition += 1) {
      all.set(`${topic}:${partition}`, { topic, partition });
    }
  }
  return all;
}

// Two members that claim the same partition in the same generation are both not believed.
function ownersOf(
  members: readonly Subscriber[],
  all: ReadonlyMap<string, TopicPartition>,
): Map<string, string> {
  const latest = Math.max(-1, ...members.map(({ generation }) => generation));
  const owners = new Map<string, string>();
  const contested = new Set<string>();
  for (const { memberId, topics, owned, generation } of members) {
    if (generation < latest) continue;
    for (const { topic, partition } of owned) {
      const key = `${topic}:${partition}`;
      if (!all.has(key) || !topics.includes(topic)) continue;
      if (owners.has(key)) contested.add(key);
      owners.set(key, memberId);
    }
  }
  for (const key of contested) owners.delete(key);
  return owners;
}

function leastLoaded(
  members: readonly Subscriber[],
  shares: ReadonlyMap<string, Set<string>>,
  topic: string,
) {
  let least: Set<string> | undefined;
  for (const { memberId, topics } of members) {
    const share = shares.get(memberId) as Set<string>;
    if (topics.includes(topic) && (!least || share.size < least.size)) least = share;
  }
  return least;
}

/** Moves single partitions from the fullest to the emptiest until no move makes the shares more even. */
function level(
  members: readonly Subscriber[],
  shares: ReadonlyMap<string, Set<string>>,
  all: ReadonlyMap<string, TopicPartition>,
  owners: ReadonlyMap<string, string>,
): void {
  for (;;) {
    const move = bestMove(members, shares, all, owners);
    if (!move) return;
    move.from.delete(move.key);
    move.to.add(move.key);
  }
}

function bestMove(
  members: readonly Subscriber[],
  shares: ReadonlyMap<string, Set<string>>,
  all: ReadonlyMap<string, TopicPartition>,
  owners: ReadonlyMap<string, string>,
) {
  const bySize = members.toSorted((a, b) => sizeOf(shares, b) - sizeOf(shares, a));
  for (const giver of bySize) {
    const from = shares.get(giver.memberId) as Set<string>;
    for (const taker of bySize.toReversed()) {
      const to = shares.get(taker.memberId) as Set<string>;
      if (from.size - to.size < 2) break;
      const movable = [...from].filter((key) =>
        taker.topics.includes((all.get(key) as TopicPartition).topic),
      );
      // What the giver does not hold yet can move without a second round.
      const key = movable.findLast((one) => !owners.has(one)) ?? movable.at(-1);
      if (key !== undefined) return { from, to, key };
    }
  }
  return undefined;
}

const sizeOf = (shares: ReadonlyMap<string, Set<string>>, { memberId }: Subscriber): number =>
  shares.get(memberId)?.size ?? 0;
