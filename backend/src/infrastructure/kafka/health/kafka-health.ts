import { within } from '@/infrastructure/concurrency/within';
import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import type {
  EventTransport,
  PartitionOffsets,
  Position,
} from '@/infrastructure/kafka/transport/transport.port';
import type { Metrics } from '@/infrastructure/observability/metrics';
import { countRefused } from '@/infrastructure/outbox/refused-rows';

/** The health of a process's part in the event flow; all values are numbers as the log's own tools tell them. */
export interface KafkaHealthMetrics {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  /** Since the start of the process; `avgLatency` in ms from a publish to its acknowledgement. */
  readonly producer: {
    readonly messagesProduced: number;
    readonly errors: number;
    readonly avgLatency: number;
  };
  /** Members of this process's groups, events between the groups' positions and the ends, failed runs. */
  readonly consumers: { readonly active: number; readonly lag: number; readonly errors: number };
  /** Topics this process needs, and how many of them have every partition served by enough replicas. */
  readonly topics: { readonly total: number; readonly healthy: number };
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

export interface HealthReport extends KafkaHealthMetrics {
  readonly checks: readonly Check[];
}

const DEADLINE_MS = 5_000;

/** Asks the log and the runtimes; answers within the deadline whatever they do. */
export async function reportHealth(
  runtimes: readonly KafkaRuntime[],
  metrics: Metrics,
): Promise<HealthReport> {
  const producer = metrics.producerSummary();
  const errors = await metrics.failedRuns();
  const transport = runtimes[0]?.transport;
  const own = [
    ...runtimes.filter((runtime) => runtime.consumes).flatMap(checkOfGroups),
    checkOfHandlers(runtimes),
    ...(await checksOfBreakers(metrics)),
  ];
  // Side by side: one deadline for all, not one after the other.
  const asked = transport && within(DEADLINE_MS, askLog(transport, runtimes));
  asked?.catch(() => undefined);
  const outboxes = Promise.all(runtimes.map(checksOfOutbox));
  const databases = await Promise.all(runtimes.flatMap(checkOfDatabase));
  own.push(...(await outboxes).flat());
  if (!asked) return unhealthy(producer, errors, [...own, ...databases]);
  try {
    const { topics, lag, active } = await asked;
    const checks = [{ name: 'log', ok: true }, ...own, ...databases];
    const bad = checks.some(({ ok }) => !ok) || topics.healthy < topics.total;
    const dead = topics.healthy === 0 || databases.some(({ ok }) => !ok);
    const status = dead ? 'unhealthy' : bad ? 'degraded' : 'healthy';
    return { status, producer, consumers: { active, lag, errors }, topics, checks };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return unhealthy(producer, errors, [{ name: 'log', ok: false, detail }, ...own, ...databases]);
  }
}

function unhealthy(
  producer: HealthReport['producer'],
  errors: number,
  checks: readonly Check[],
): HealthReport {
  return {
    status: 'unhealthy',
    producer,
    consumers: { active: 0, lag: 0, errors },
    topics: { total: 0, healthy: 0 },
    checks,
  };
}

async function askLog(transport: EventTransport, runtimes: readonly KafkaRuntime[]) {
  const { admin } = transport;
  const subscribed = runtimes
    .flatMap(({ groupConsumers }) => groupConsumers)
    .map((consumer) => ({ group: consumer.group, topics: consumer.subscribed() }))
    .filter(({ topics }) => topics.length > 0);
  const needed = [...new Set(runtimes.flatMap(({ settings }) => settings.topics.map(({ topic }) => topic)))];
  const names = new Set(await admin.topicNames());
  const described = await admin.describeTopics(needed.filter((topic) => names.has(topic)));
  const healthy = described.filter(({ partitionDetails, config }) => {
    // The embedded log has one replica, whatever the setting asks of a cluster.
    const enough = (replicas: number) => Math.min(replicas, Number(config['min.insync.replicas'] ?? 1));
    return partitionDetails.every(
      ({ leader, replicas, inSyncReplicas }) =>
        leader >= 0 && inSyncReplicas.length >= enough(replicas.length),
    );
  });
  const offsets = await admin.offsets([...new Set(subscribed.flatMap(({ topics }) => topics))]);
  const groups = await Promise.all(
    subscribed.map(async ({ group, topics }) => ({
      lag: lagOf(offsets, await admin.committed(group, topics), topics),
      members: (await admin.describeGroup(group)).members.length,
    })),
  );
  return {
    topics: { total: needed.length, healthy: healthy.length },
    lag: groups.reduce((sum, group) => sum + group.lag, 0),
    active: groups.reduce((sum, group) => sum + group.members, 0),
  };
}

/** As Kafka's tools count: end minus committed; a partition without a committed position has none to tell. */
function lagOf(
  offsets: readonly PartitionOffsets[],
  committed: readonly Position[],
  topics: readonly string[],
): number {
  const ends = new Map(offsets.map(({ topic, partition, end }) => [`${topic}/${partition}`, end]));
  return committed
    .filter(({ topic }) => topics.includes(topic))
    .reduce((sum, { topic, partition, offset }) => {
      const end = ends.get(`${topic}/${partition}`) ?? offset;
      return sum + Number(end > offset ? end - offset : 0n);
    }, 0);
}

function checkOfGroups({ groupConsumers, ready }: KafkaRuntime): Check[] {
  return groupConsumers.map(({ group, fatal }) => {
    const name = `consumer ${group}`;
    if (fatal) return { name, ok: false, detail: fatal.message };
    return ready ? { name, ok: true } : { name, ok: false, detail: 'is joining' };
  });
}

function checkOfHandlers(runtimes: readonly KafkaRuntime[]): Check {
  const groups = runtimes.flatMap(({ groupConsumers }) => groupConsumers);
  const waiting = groups.reduce((sum, { parked }) => sum + parked, 0);
  if (waiting === 0) return { name: 'handlers', ok: true };
  return { name: 'handlers', ok: false, detail: `${waiting} event(s) failed and wait for another run` };
}

/** Something that handlers need is away: their events are held, nothing is lost, the rest goes on. */
async function checksOfBreakers(metrics: Metrics): Promise<Check[]> {
  const { values } = await metrics.circuitOpen.get();
  const open = values.filter(({ value }) => value > 0).map(({ labels }) => `${labels.name}`);
  if (open.length === 0) return [];
  return [{ name: 'breakers', ok: false, detail: `open: ${open.toSorted().join(', ')}` }];
}

/** A database that does not answer is told by its own check. */
async function checksOfOutbox({ stateful }: KafkaRuntime): Promise<Check[]> {
  if (!stateful) return [];
  const { database } = stateful;
  const refused = await within(DEADLINE_MS, countRefused(database)).catch(() => 0);
  if (refused === 0) return [];
  const detail = `${refused} event(s) that the log refuses hold those of the same key`;
  return [{ name: `outbox ${database.schema}`, ok: false, detail }];
}

function checkOfDatabase({ stateful }: KafkaRuntime): Promise<Check>[] {
  if (!stateful) return [];
  const { database } = stateful;
  const name = `database ${database.schema}`;
  const asked = within(DEADLINE_MS, database.ping());
  return [
    asked.then(
      () => ({ name, ok: true }),
      (error: unknown) => ({
        name,
        ok: false,
        detail: error instanceof Error ? error.message : String(error),
      }),
    ),
  ];
}
