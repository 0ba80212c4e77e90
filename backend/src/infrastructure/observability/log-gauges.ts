import { Gauge, type Registry } from 'prom-client';

/**
 * Names and labels of kafka_exporter 1.9 (its README, "Metrics"), so that dashboards made for it work on both engines.
 */
export function logGauges(registry: Registry) {
  const gauge = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ) => new Gauge<Label>({ name, help, labelNames: [...labelNames], registers: [registry] });
  const perPartition = (name: string, help: string) =>
    gauge(`kafka_topic_partition_${name}`, help, ['topic', 'partition']);
  const perGroupPartition = (name: string, help: string) =>
    gauge(`kafka_consumergroup_${name}`, help, ['consumergroup', 'topic', 'partition']);
  const perGroupTopic = (name: string, help: string) =>
    gauge(`kafka_consumergroup_${name}`, help, ['consumergroup', 'topic']);
  return {
    brokers: gauge('kafka_brokers', 'Number of brokers in the cluster'),
    brokerInfo: gauge('kafka_broker_info', 'Information about the broker', ['id', 'address']),
    partitions: gauge('kafka_topic_partitions', 'Number of partitions of the topic', ['topic']),
    currentOffset: perPartition('current_offset', 'End of the partition'),
    oldestOffset: perPartition('oldest_offset', 'Start of the partition'),
    leader: perPartition('leader', 'Broker id of the leader'),
    replicas: perPartition('replicas', 'Number of replicas'),
    inSync: perPartition('in_sync_replica', 'Number of in-sync replicas'),
    preferred: perPartition('leader_is_preferred', '1 when the leader is the first replica'),
    underReplicated: perPartition(
      'under_replicated_partition',
      '1 when replicas are missing from the in-sync set',
    ),
    groupOffset: perGroupPartition('current_offset', 'Committed position of the group'),
    groupLag: perGroupPartition('lag', 'Events between the committed position and the end'),
    groupOffsetSum: perGroupTopic('current_offset_sum', 'Sum of committed positions'),
    groupLagSum: perGroupTopic('lag_sum', 'Sum of lag'),
    groupMembers: gauge('kafka_consumergroup_members', 'Members of the group', ['consumergroup']),
  };
}
