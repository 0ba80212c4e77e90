import { within } from '@/infrastructure/concurrency/within';
import type { Logger } from '@/infrastructure/observability/logger';
import type { BackgroundTask } from '@/infrastructure/kafka/kafka-runtime';
import type { Metrics } from '@/infrastructure/observability/metrics';
import type { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';

interface Count {
  readonly group_id: string;
  readonly handler: string;
  readonly figure: 'retrying' | 'deadLetters';
  readonly count: number;
}

const FRESH_MS = 1_000;
const ANSWERS_WITHIN_MS = 5_000;

/** How many events of one schema run again and how many are dead, counted when somebody asks. */
export class LetterCounts implements BackgroundTask {
  private counting: Promise<void> | undefined;
  private countedAt = Number.NEGATIVE_INFINITY;
  private shown: readonly Count[] = [];
  private noLonger: () => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly metrics: Pick<Metrics, 'retrying' | 'deadLetters' | 'countBy'>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.noLonger = this.metrics.countBy(() => this.refresh());
  }

  async stop(): Promise<void> {
    this.noLonger();
    await this.counting;
  }

  /** Questions at the same time share one look, and one a second is enough. */
  refresh(): Promise<void> {
    if (performance.now() - this.countedAt < FRESH_MS) return Promise.resolve();
    this.counting ??= this.count().finally(() => {
      this.countedAt = performance.now();
      this.counting = undefined;
    });
    return this.counting;
  }

  private async count(): Promise<void> {
    let counts: readonly Count[] = [];
    try {
      counts = await within(ANSWERS_WITHIN_MS, this.read());
    } catch (error) {
      // Old values would pass for present ones.
      this.logger.warn({ err: error }, 'retrying and dead events could not be counted');
    }
    const labels = ({ group_id: group, handler }: Count) => ({ group, handler });
    for (const { group_id, handler, figure } of this.shown) {
      this.metrics[figure].remove({ group: group_id, handler });
    }
    for (const count of counts) this.metrics[count.figure].set(labels(count), count.count);
    this.shown = counts;
  }

  /** What was counted before and is gone by now counts as 0. */
  private async read(): Promise<readonly Count[]> {
    const counts = await this.database.rows<Count>(sql`
      select group_id, waiting.handler, 'retrying' as figure, count(*)::int as count
      from parked cross join lateral unnest(pending) as waiting (handler)
      where state <> 'dead' or parked.handler is distinct from waiting.handler
      group by group_id, waiting.handler
      union all
      select group_id, handler, 'deadLetters', count(*)::int from dead_letters where status = 'dead'
      group by group_id, handler`);
    const known = new Set(counts.map(nameOf));
    const gone = this.shown.filter((count) => !known.has(nameOf(count)));
    return [...counts, ...gone.map((count) => ({ ...count, count: 0 }))];
  }
}

const nameOf = ({ group_id, handler, figure }: Count): string => JSON.stringify([group_id, handler, figure]);
