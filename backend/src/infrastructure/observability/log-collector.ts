import type { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import { pendingRows } from '@/infrastructure/outbox/outbox-rows';
import { logGauges } from './log-gauges';
import type { Metrics } from './metrics';

/** What the log itself tells, read at the scrape, since nobody else needs it. */
export class LogCollector {
  private readonly gauges: ReturnType<typeof logGauges>;

  constructor(
    private readonly metrics: Metrics,
    private readonly runtimes: KafkaRuntimes,
  ) {
    this.gauges = logGauges(metrics.registry);
  }

  async refresh(): Promise<void> {
    const transport = this.runtimes.all()[0]?.transport;
    if (transport) await this.readLog(transport);
    await Promise.all(
      this.runtimes
        .all()
        .flatMap(({ stateful }) =>
          stateful
            ? [pendingRows(stateful.database).then((rows) => this.setPending(stateful.database.schema, rows))]
            : [],
        ),
    );
  }

  private async readLog({ admin }: EventTransport): Promise<void> {
    const [brokers, topics, groups] = await Promise.all([
      admin.brokers(),
      admin.topicNames(),
      admin.groupNames(),
    ]);
    this.gauges.brokers.set(brokers.length);
    this.gauges.brokerInfo.reset();
    for (const { id, address } of brokers) this.gauges.brokerInfo.set({ id: String(id), address }, 1);
    const ends = await this.readTopics(
      admin,
      topics.filter((topic) => !topic.startsWith('__')),
    );
    for (const gauge of [
      this.gauges.groupOffset,
      this.gauges.groupLag,
      this.gauges.groupOffsetSum,
      this.gauges.groupLagSum,
      this.gauges.groupMembers,
    ]) {
      gauge.reset();
    }
    await Promise.all(groups.map((group) => this.readGroup(admin, group, ends)));
  }

  private async readTopics(
    admin: EventTransport['admin'],
    topics: readonly string[],
  ): Promise<Map<string, bigint>> {
    const [described, offsets] = await Promise.all([admin.describeTopics(topics), admin.offsets(topics)]);
    for (const { topic, partitionDetails } of described) {
      this.gauges.partitions.set({ topic }, partitionDetails.length);
      for (const { partition, leader, replicas, inSyncReplicas } of partitionDetails) {
        const labels = { topic, partition: String(partition) };
        this.gauges.leader.set(labels, leader);
        this.gauges.replicas.set(labels, replicas.length);
        this.gauges.inSync.set(labels, inSyncReplicas.length);
        this.gauges.preferred.set(labels, leader === replicas[0] ? 1 : 0);
        this.gauges.underReplicated.set(labels, inSyncReplicas.length < replicas.length ? 1 : 0);
      }
    }
    const ends = new Map<string, bigint>();
    for (const { topic, partition, start, end } of offsets) {
      const labels = { topic, partition: String(partition) };
      this.gauges.currentOffset.set(labels, Number(end));
      this.gauges.oldestOffset.set(labels, Number(start));
      ends.set(`${topic}/${partition}`, end);
    }
    return ends;
  }

  private async readGroup(
    admin: EventTransport['admin'],
    group: string,
    ends: Map<string, bigint>,
  ): Promise<void> {
    const topics = [...new Set([...ends.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))))];
    const [description, committed] = await Promise.all([
      admin.describeGroup(group),
      admin.committed(group, topics),
    ]);
    this.gauges.groupMembers.set({ consumergroup: group }, description.members.length);
    for (const { topic, partition, offset } of committed) {
      const end = ends.get(`${topic}/${partition}`) ?? offset;
      const lag = Number(end > offset ? end - offset : 0n);
      const labels = { consumergroup: group, topic, partition: String(partition) };
      this.gauges.groupOffset.set(labels, Number(offset));
      this.gauges.groupLag.set(labels, lag);
      this.gauges.groupOffsetSum.inc({ consumergroup: group, topic }, Number(offset));
      this.gauges.groupLagSum.inc({ consumergroup: group, topic }, lag);
    }
  }

  private setPending(service: string, rows: number): void {
    this.metrics.outboxPending.set({ service }, rows);
  }
}
