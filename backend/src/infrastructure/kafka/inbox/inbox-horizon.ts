import type { LogAdmin, TopicDescription } from '@/infrastructure/kafka/transport/transport.port';

const DAY_MS = 86_400_000;
const KAFKA_RETENTION_MS = 7 * DAY_MS;
/** Kafka drops whole segments, so a record may outlive its retention by the time a segment stays open. */
const KAFKA_SEGMENT_MS = 7 * DAY_MS;

export interface InboxHorizonOptions {
  /** `inboxHorizonMs` of the delivery options. */
  readonly leastMs: number;
  readonly admin: Pick<LogAdmin, 'describeTopics'>;
  /** Subscribed now. */
  readonly topics: () => readonly string[];
  /** The time in ms since 1970 by the clock that the inbox forgets by: the database's. */
  readonly clock: () => Promise<number>;
}

/** How long the inbox has to remember: longer than the log can deliver an event again. */
export class InboxHorizon {
  private known = Number.POSITIVE_INFINITY;
  /** Of `clock` before the monotonic one, when they were last compared. */
  private ahead = performance.timeOrigin;
  private changes = 0;

  constructor(private readonly options: InboxHorizonOptions) {}

  /** Infinite while the topics' retentions are not known, or where one of them keeps its records for ever. */
  get ms(): number {
    return this.known;
  }

  /** By `clock`, in ms since 1970, whatever the clock of this process is set to. */
  get now(): number {
    return this.ahead + performance.now();
  }

  /** Others are subscribed now. */
  forget(): void {
    this.changes += 1;
    this.known = Number.POSITIVE_INFINITY;
  }

  /** Known from here on, where it was not. */
  async learn(): Promise<void> {
    if (this.known === Number.POSITIVE_INFINITY) await this.refresh();
  }

  /** Reads the retentions again, since anybody may change them. */
  async refresh(): Promise<number> {
    const { changes } = this;
    const topics = await this.options.admin.describeTopics(this.options.topics());
    this.ahead = (await this.options.clock()) - performance.now();
    const horizon = Math.max(this.options.leastMs, ...topics.map((topic) => retentionOf(topic) + DAY_MS));
    // What was read of the topics before a change says nothing about those after it.
    if (changes === this.changes) this.known = horizon;
    return this.known;
  }
}

function retentionOf({ config }: TopicDescription): number {
  const policies = (config['cleanup.policy'] ?? 'delete').split(',').map((policy) => policy.trim());
  const retention = Number(config['retention.ms'] ?? KAFKA_RETENTION_MS);
  const segment = Number(config['segment.ms'] ?? KAFKA_SEGMENT_MS);
  return retention < 0 || !policies.includes('delete') ? Number.POSITIVE_INFINITY : retention + segment;
}
