import type { TopicDescription, TopicSettings } from '@/infrastructure/kafka/transport/transport.port';

/** What of an existing topic is not as it is defined, in words; empty when all of it is. */
export function driftOf(wanted: TopicSettings, found: TopicDescription): string[] {
  const drift: string[] = [];
  const compare = (what: string, want: string | number, have: string | number | undefined) => {
    if (want !== have) drift.push(`${what} is ${have ?? 'not set'}, should be ${want}`);
  };
  compare('partitions', wanted.partitions, found.partitions);
  compare('replication factor', wanted.replicationFactor, found.replicationFactor);
  for (const [name, value] of Object.entries(wanted.config)) compare(name, value, found.config[name]);
  return drift;
}
