import { OutcomeCode } from '@/infrastructure/kafka/delivery/outcome-codes';
import type { BackgroundTask } from '@/infrastructure/kafka/kafka-runtime';
import type { Logger } from '@/infrastructure/observability/logger';
import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import type { AccountSource } from './account-source';
import { boundsOf } from './log-bounds';
import { PeriodicWork } from './periodic-work';

const EVERY_MS = 60_000;
const BATCH_ROWS = 1_000;
const EXPIRED_KEPT_DAYS = 30;

/**
 * Deletes segments and repetitions of offsets that the log no longer holds. What had expired unread is kept for 30 days, and of every
 * account the last segment for ever, since it is the handler's watermark.
 */
export class SegmentPruning implements BackgroundTask {
  private readonly rounds: PeriodicWork;

  constructor(
    private readonly source: AccountSource,
    logger: Logger,
  ) {
    this.rounds = new PeriodicWork({
      everyMs: EVERY_MS,
      work: async () => void (await this.prune()),
      failed: (err) => logger.warn({ err }, 'segments of accounts are pruned later'),
    });
  }

  start(): void {
    this.rounds.start();
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** Answers the number of rows that are gone. */
  async prune(): Promise<number> {
    const { database, log } = this.source;
    const topics = await database.rows<{ topic: string }>(sql`select distinct topic from segments`);
    const bounds = await boundsOf(
      log.admin,
      topics.map(({ topic }) => topic),
    );
    const below = sql`unnest(
      ${bounds.map(({ topic }) => topic)}::text[], ${bounds.map(({ topicId }) => topicId)}::text[],
      ${bounds.map(({ partition }) => partition)}::int[], ${bounds.map(({ start }) => start)}::bigint[]
    ) as bounds (topic, topic_id, partition, log_start)`;
    const segments = await this.inBatches(sql`
      delete from segments where ctid = any(array(
        select old.ctid from segments old join ${below} using (topic, topic_id, partition)
        where old.to_offset <= log_start
          and (not ${OutcomeCode.expired}::smallint = any(old.codes)
            or old.saved_at < clock_timestamp() - ${EXPIRED_KEPT_DAYS} * interval '1 day')
          and exists (
            select 1 from segments later
            where later.group_id = old.group_id and later.handler = old.handler and later.topic = old.topic
              and later.topic_id = old.topic_id and later.partition = old.partition
              and later.from_offset > old.from_offset and later.to_offset >= old.to_offset)
        limit ${BATCH_ROWS}))`);
    const repeats = await this.inBatches(sql`
      delete from repeats where ctid = any(array(
        select old.ctid from repeats old join ${below} using (topic, topic_id, partition)
        where old."offset" < log_start limit ${BATCH_ROWS}))`);
    return segments + repeats;
  }

  private async inBatches(deletion: SqlQuery): Promise<number> {
    let pruned = 0;
    for (;;) {
      const batch = await this.source.database.run(deletion);
      pruned += batch;
      if (batch < BATCH_ROWS) return pruned;
    }
  }
}
