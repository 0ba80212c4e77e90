import type { Fault } from '@/infrastructure/errors/coded-error';
import { TopicSettingRefusedError } from '../transport.errors';
import type { TopicSettings } from '../transport.port';

const KAFKA_MAX_MESSAGE_BYTES = 1_048_588;
/** What Kafka counts of a record besides its key, value and headers: the head of a batch of one. */
const BATCH_OVERHEAD_BYTES = 70;

/** Settings about brokers, files and caches. They change nothing here, and are kept to be shown. */
const WITHOUT_MEANING = new Set([
  'compression.type',
  'compression.gzip.level',
  'compression.lz4.level',
  'compression.zstd.level',
  'delete.retention.ms',
  'file.delete.delay.ms',
  'flush.messages',
  'flush.ms',
  'follower.replication.throttled.replicas',
  'index.interval.bytes',
  'leader.replication.throttled.replicas',
  'max.compaction.lag.ms',
  'message.downconversion.enable',
  'min.cleanable.dirty.ratio',
  'min.compaction.lag.ms',
  'min.insync.replicas',
  'preallocate',
  'segment.index.bytes',
  'segment.jitter.ms',
  'unclean.leader.election.enable',
]);

const isInteger = (value: string): boolean => /^-?\d{1,18}$/.test(value);
const isPositive = (value: string): boolean => isInteger(value) && Number(value) > 0;

/** What the log honours, with the values it can. */
const HONOURED: Readonly<Record<string, (value: string) => boolean>> = {
  'cleanup.policy': (value) => value === 'delete',
  'max.message.bytes': isPositive,
  'message.timestamp.type': (value) => value === 'CreateTime',
  'retention.bytes': (value) => value === '-1',
  'retention.ms': (value) => value === '-1' || isPositive(value),
  'segment.bytes': isPositive,
  'segment.ms': isPositive,
};

/** Refuses settings the log cannot honour, each by its name. */
export function checkSettings({ topic, partitions, config }: TopicSettings): void {
  const faults: Fault[] = [];
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(topic) || topic === '.' || topic === '..') {
    faults.push({ path: 'topic', message: `${topic} is no name for a topic` });
  }
  if (!Number.isInteger(partitions) || partitions < 1) {
    faults.push({ path: 'partitions', message: `${partitions} is no number of partitions` });
  }
  for (const [name, value] of Object.entries(config)) {
    if (WITHOUT_MEANING.has(name) || HONOURED[name]?.(value)) continue;
    faults.push({ path: `config.${name}`, message: `the embedded log cannot honour ${name}=${value}` });
  }
  if (faults.length === 0) return;
  const list = faults.map(({ message }) => message).join('; ');
  throw new TopicSettingRefusedError(`Topic ${topic} is refused: ${list}.`, { faults });
}

export function mostRecordBytes(config: Readonly<Record<string, string>>): number {
  return Number(config['max.message.bytes'] ?? KAFKA_MAX_MESSAGE_BYTES) - BATCH_OVERHEAD_BYTES;
}
