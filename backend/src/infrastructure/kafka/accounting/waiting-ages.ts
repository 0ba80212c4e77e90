import { OffsetOutOfRangeError } from '@/infrastructure/kafka/transport/transport.errors';
import type { Account, PartitionAccount } from './account';
import type { AccountedLog } from './account-source';

/** How long the oldest event waits that a group has not come to on a topic. */
export interface WaitingAge {
  readonly group: string;
  readonly topic: string;
  /** 0 where nothing waits. */
  readonly ageMs: number;
}

/** Reads the oldest waiting record of each partition. Handlers that are not of this process wait for nobody. */
export async function waitingAges(
  accounts: readonly Account[],
  log: Pick<AccountedLog, 'read'>,
): Promise<readonly WaitingAge[]> {
  const partitions = accounts.flatMap((account) => account.partitions).filter(({ registered }) => registered);
  const byTopic = Map.groupBy(partitions, ({ group, topic }) => JSON.stringify([group, topic]));
  const ages: WaitingAge[] = [];
  for (const tracks of byTopic.values()) {
    const [{ group, topic }] = tracks as [PartitionAccount];
    let ageMs = 0;
    for (const [partition, offset] of oldestWaiting(tracks)) {
      const timestamp = await timeAt(log, topic, partition, offset);
      if (timestamp !== undefined) ageMs = Math.max(ageMs, Date.now() - timestamp);
    }
    ages.push({ group, topic, ageMs });
  }
  return ages;
}

function oldestWaiting(tracks: readonly PartitionAccount[]): ReadonlyMap<number, number> {
  const oldest = new Map<number, number>();
  for (const { partition, watermark, logStart, logEnd } of tracks) {
    const next = Math.max(watermark ?? logStart, logStart);
    if (next < logEnd) oldest.set(partition, Math.min(next, oldest.get(partition) ?? next));
  }
  return oldest;
}

/** Undefined where retention was quicker, or nothing but control records follows. */
async function timeAt(
  log: Pick<AccountedLog, 'read'>,
  topic: string,
  partition: number,
  offset: number,
): Promise<number | undefined> {
  try {
    const from = { topic, partition, offset: BigInt(offset) };
    return (await log.read({ from, limit: 1, maxBytes: 1 })).records[0]?.timestamp;
  } catch (error) {
    if (error instanceof OffsetOutOfRangeError) return undefined;
    throw error;
  }
}
