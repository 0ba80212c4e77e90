import type { KafkaSettings } from '@/infrastructure/kafka/kafka.options';
import type { LogAdmin, PartitionOffsets } from '@/infrastructure/kafka/transport/transport.port';
import { table } from './table';

type Say = (line: string) => void;

const DAY_MS = 86_400_000;

export async function clusterInfo(admin: LogAdmin, settings: KafkaSettings, say: Say): Promise<void> {
  const brokers = await admin.brokers();
  say(`Brokers: ${brokers.map(({ id, address }) => `${id} at ${address}`).join(', ')}`);
  const names = (await admin.topicNames()).filter((name) => !name.startsWith('__'));
  const offsets = await admin.offsets(names);
  say('');
  await showTopics(admin, names, offsets, say);
  const missing = settings.topics.filter(({ topic }) => !names.includes(topic));
  if (missing.length > 0) say(`Not there: ${missing.map(({ topic }) => topic).join(', ')}`);
  say('');
  await showGroups(admin, names, offsets, say);
}

async function showTopics(
  admin: LogAdmin,
  names: readonly string[],
  offsets: readonly PartitionOffsets[],
  say: Say,
): Promise<void> {
  const rows = (await admin.describeTopics(names)).map(
    ({ topic, partitions, replicationFactor, config, ...rest }) => [
      topic,
      partitions,
      replicationFactor,
      retention(config['retention.ms']),
      sum(offsets.filter((one) => one.topic === topic).map(({ start, end }) => end - start)),
      rest.partitionDetails.filter(({ replicas, inSyncReplicas }) => inSyncReplicas.length < replicas.length)
        .length,
    ],
  );
  const heads = ['topic', 'partitions', 'replicas', 'retention', 'records', 'under-replicated'];
  for (const line of table(heads, rows)) say(line);
}

async function showGroups(
  admin: LogAdmin,
  names: readonly string[],
  offsets: readonly PartitionOffsets[],
  say: Say,
): Promise<void> {
  const rows: (string | number | bigint)[][] = [];
  for (const group of await admin.groupNames()) {
    const { state, members } = await admin.describeGroup(group);
    const committed = await admin.committed(group, names);
    const topics = [...new Set(committed.map(({ topic }) => topic))];
    if (topics.length === 0) rows.push([group, state, members.length, '-', '-']);
    for (const topic of topics) {
      const lag = offsets
        .filter((one) => one.topic === topic)
        .map(({ partition, end }) => {
          const position = committed.find((one) => one.topic === topic && one.partition === partition);
          return position ? end - position.offset : 0n;
        });
      rows.push([group, state, members.length, topic, sum(lag)]);
    }
  }
  if (rows.length === 0) return say('No consumer groups.');
  for (const line of table(['group', 'state', 'members', 'topic', 'lag'], rows)) say(line);
}

const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((total, number) => total + number, 0n);

function retention(retentionMs: string | undefined): string {
  if (retentionMs === undefined) return "broker's";
  if (retentionMs === '-1') return 'for ever';
  const ms = Number(retentionMs);
  return ms < DAY_MS ? `${ms} ms` : `${Math.round((ms / DAY_MS) * 10) / 10} d`;
}
