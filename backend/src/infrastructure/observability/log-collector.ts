import { within } from '@/infrastructure/concurrency/within';
import type { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import type {
  EventTransport,
  PartitionOffsets,
  Position,
  TopicDescription,
} from '@/infrastructure/kafka/transport/transport.port';
import { pendingRows } from '@/infrastructure/outbox/outbox-rows';
import { countRefused } from '@/infrastructure/outbox/refused-rows';
import { logGauges } from './log-gauges';
import { loggerOf } from './logger';
import type { Metrics } from './metrics';

const DEADLINE_MS = 5_000;

/** What the log itself tells, read at the scrape, since nobody else needs it. */
export class LogCollector {
  private readonly gauges: ReturnType<typeof logGauges>;
  private readonly logger = loggerOf('metrics');
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly runtimes: KafkaRuntimes,
  ) {
    this.gauges = logGauges(metrics.registry);
  }

  /** Scrapes at the same time share one reading. What does not answer is left out; the rest is told all the same. */
  refresh(): Promise<void> {
    this.refreshing ??= this.collect().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async collect(): Promise<void> {
    const runtimes = this.runtimes.all();
    const transport = runtimes[0]?.transport;
    const databases = runtimes.flatMap(({ stateful }) => stateful?.database ?? []);
    await Promise.all([
      ...(transport ? [this.orNothing(this.readLog(transport), () => this.forgetLog())] : []),
      ...databases.map((database) => {
        const service = database.schema;
        const reading = Promise.all([pendingRows(database), countRefused(database)]).then(
          ([pending, refused]) => {
            this.metrics.outboxPending.set({ service }, pending);
            this.metrics.outboxRefused.set({ service }, refused);
          },
        );
        return this.orNothing(reading, () => {
          this.metrics.outboxPending.remove({ service });
          this.metrics.outboxRefused.remove({ service });
        });
      }),
    ]);
  }

  /** An old value would pass for the present one. */
  private async orNothing(reading: Promise<void>, forget: () => void): Promise<void> {
    try {
      await within(DEADLINE_MS, reading);
    } catch (error) {
      forget();
      this.logger.warn({ err: error }, 'some metrics could not be collected');
    }
  }

  private forgetLog(): void {
    for (const gauge of Object.values(this.gauges)) gauge.reset();
  }

  /** Everything is asked before anything is written, so that a scrape never shows half of a reading. */
  private async readLog({ admin }: EventTransport): Promise<void> {
    const [brokers, names, groups] = await Promise.all([
      admin.brokers(),
      admin.topicNames(),
      admin.groupNames(),
    ]);
    const topics = names.filter((topic) => !topic.startsWith('__'));
    const [described, offsets, positions] = await Promise.all([
      admin.describeTopics(topics),
      admin.offsets(topics),
      Promise.all(
        groups.map(async (group) => {
          const [description, committed] = await Promise.all([
            admin.describeGroup(group),
            admin.committed(group, topics),
          ]);
          return { group, members: description.members.length, committed };
        }),
      ),
    ]);
    this.forgetLog();
    this.gauges.brokers.set(brokers.length);
    for (const { id, address } of brokers) this.gauges.brokerInfo.set({ id: String(id), address }, 1);
    this.writeTopics(described, offsets);
    const ends = new Map(offsets.map(({ topic, partition, end }) => [`${topic}/${partition}`, end]));
    for (const { group, members, committed } of positions) {
      this.gauges.groupMembers.set({ consumergroup: group }, members);
      this.writePositions(group, committed, ends);
    }
  }

  private writeTopics(described: readonly TopicDescription[], offsets: readonly PartitionOffsets[]): void {
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
    for (const { topic, partition, start, end } of offsets) {
      const labels = { topic, partition: String(partition) };
      this.gauges.currentOffset.set(labels, Number(end));
      this.gauges.oldestOffset.set(labels, Number(start));
    }
  }

  private writePositions(
    consumergroup: string,
    committed: readonly Position[],
    ends: ReadonlyMap<string, bigint>,
  ): void {
    for (const { topic, partition, offset } of committed) {
      const end = ends.get(`${topic}/${partition}`) ?? offset;
      const lag = Number(end > offset ? end - offset : 0n);
      const labels = { consumergroup, topic, partition: String(partition) };
      this.gauges.groupOffset.set(labels, Number(offset));
      this.gauges.groupLag.set(labels, lag);
      this.gauges.groupOffsetSum.inc({ consumergroup, topic }, Number(offset));
      this.gauges.groupLagSum.inc({ consumergroup, topic }, lag);
    }
  }
}
