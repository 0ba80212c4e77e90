import { GroupNotEmptyError } from '../../transport.errors';
import type { GroupDescription, Position } from '../../transport.port';
import type { Cluster } from '../cluster/cluster';
import { flat } from '../group/topic-partitions';
import { ProtocolCode, protocolCodeOf } from '../protocol-errors';

const STATES: Readonly<Record<string, GroupDescription['state']>> = {
  stable: 'stable',
  empty: 'empty',
  dead: 'dead',
};

const stateOf = (state: string): GroupDescription['state'] => STATES[state.toLowerCase()] ?? 'rebalancing';

export async function groupNames(cluster: Cluster): Promise<string[]> {
  return [...(await cluster.admin.listGroups({})).keys()].toSorted();
}

export async function describeGroup(cluster: Cluster, group: string): Promise<GroupDescription> {
  try {
    const found = (await cluster.admin.describeGroups({ groups: [group] })).get(group);
    if (found && found.state.toLowerCase() !== 'dead') {
      return {
        group,
        state: stateOf(found.state),
        members: [...found.members.values()].map(({ id, clientId, clientHost, assignments }) => ({
          memberId: id,
          clientId,
          host: clientHost.replace(/^\//, ''),
          assignment: flat([...(assignments?.values() ?? [])]),
        })),
      };
    }
  } catch (error) {
    if (protocolCodeOf(error) !== ProtocolCode.GROUP_ID_NOT_FOUND) throw error;
  }
  return describeConsumerGroup(cluster, group);
}

/** A group of the newer protocol is not known to the older question. */
async function describeConsumerGroup(cluster: Cluster, group: string): Promise<GroupDescription> {
  const pool = cluster.pool(5_000);
  try {
    const connection = await pool.get(await cluster.coordinatorOf(group));
    const { groups } = await cluster.api('ConsumerGroupDescribe').async(connection, [group], false);
    const [found] = groups;
    if (!found) return { group, state: 'dead', members: [] };
    return {
      group,
      state: stateOf(found.groupState),
      members: found.members.map(({ memberId, clientId, clientHost, assignment }) => ({
        memberId,
        clientId,
        host: clientHost.replace(/^\//, ''),
        assignment: flat(
          assignment.topicPartitions.map(({ topicName, partitions }) => ({ topic: topicName, partitions })),
        ),
      })),
    };
  } catch (error) {
    if (protocolCodeOf(error) !== ProtocolCode.GROUP_ID_NOT_FOUND) throw error;
    return { group, state: 'dead', members: [] };
  } finally {
    await cluster.release(pool);
  }
}

export async function committedOf(
  cluster: Cluster,
  group: string,
  topics: readonly string[],
): Promise<Position[]> {
  const [found] = await cluster.admin.listConsumerGroupOffsets({ groups: [group], requireStable: true });
  return (found?.topics ?? [])
    .filter(({ name }) => topics.includes(name))
    .flatMap(({ name, partitions }) =>
      partitions
        .filter(({ committedOffset }) => committedOffset >= 0n)
        .map(({ partitionIndex, committedOffset }) => ({
          topic: name,
          partition: partitionIndex,
          offset: committedOffset,
        })),
    )
    .toSorted((a, b) => topics.indexOf(a.topic) - topics.indexOf(b.topic) || a.partition - b.partition);
}

const HAS_MEMBERS = new Set<number | undefined>([
  ProtocolCode.UNKNOWN_MEMBER_ID,
  ProtocolCode.NON_EMPTY_GROUP,
  ProtocolCode.ILLEGAL_GENERATION,
  ProtocolCode.REBALANCE_IN_PROGRESS,
  ProtocolCode.STALE_MEMBER_EPOCH,
]);

export async function resetCommitted(
  cluster: Cluster,
  group: string,
  positions: readonly Position[],
): Promise<void> {
  const { members } = await describeGroup(cluster, group);
  if (members.length > 0) throw notEmpty(group, members.length);
  const topics = Object.entries(Object.groupBy(positions, ({ topic }) => topic)).map(([name, list = []]) => ({
    name,
    partitionOffsets: list.map(({ partition, offset }) => ({ partition, offset })),
  }));
  try {
    await cluster.admin.alterConsumerGroupOffsets({ groupId: group, topics });
  } catch (error) {
    // Somebody joined between the look and the change; the brokers refuse it themselves.
    if (HAS_MEMBERS.has(protocolCodeOf(error))) throw notEmpty(group, 1);
    throw error;
  }
}

const notEmpty = (group: string, members: number) =>
  new GroupNotEmptyError(
    `Group '${group}' has ${members} members; its positions can be set when it is empty.`,
  );
