import { within } from '@/infrastructure/concurrency/within';
import type { Logger } from '@/infrastructure/observability/logger';
import type { Metrics } from '@/infrastructure/observability/metrics';
import type { Database } from '@/infrastructure/postgres/database';
import type { Projection } from './projection';
import { type Lag, lagOf } from './projection-lag';

const ANSWERS_WITHIN_MS = 5_000;
const LEAST_PAUSE_MS = 1_000;
/** Measuring looks at every stream; it takes a hundredth of the time at most. */
const PAUSE_FOR_EACH_MS = 99;

type Measured = Pick<Projection<never, never>, 'name' | 'tables' | 'checkpoint'>;

/** `shop_projection_lag_events` and `…_seconds`, measured when somebody asks. */
export class ProjectionGauge {
  private measuring: Promise<void> | undefined;
  private freshUntil = Number.NEGATIVE_INFINITY;
  private noLonger: () => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly projections: readonly Measured[],
    private readonly metrics: Pick<Metrics, 'projectionLag' | 'projectionLagSeconds' | 'countBy'>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.noLonger = this.metrics.countBy(() => this.refresh());
  }

  async stop(): Promise<void> {
    this.noLonger();
    await this.measuring;
  }

  private refresh(): Promise<void> {
    if (performance.now() < this.freshUntil) return Promise.resolve();
    const begun = performance.now();
    this.measuring ??= this.measure().finally(() => {
      const now = performance.now();
      this.freshUntil = now + Math.max(LEAST_PAUSE_MS, (now - begun) * PAUSE_FOR_EACH_MS);
      this.measuring = undefined;
    });
    return this.measuring;
  }

  private async measure(): Promise<void> {
    for (const projection of this.projections) {
      const labels = { service: this.database.schema, projection: projection.name };
      try {
        this.show(labels, await within(ANSWERS_WITHIN_MS, lagOf(this.database, projection)));
      } catch (error) {
        // Old values would pass for present ones.
        this.metrics.projectionLag.remove(labels);
        this.metrics.projectionLagSeconds.remove(labels);
        this.logger.warn({ err: error, ...labels }, 'the lag of a projection could not be measured');
      }
    }
  }

  private show(labels: { service: string; projection: string }, { events, seconds }: Lag): void {
    this.metrics.projectionLag.set(labels, events);
    this.metrics.projectionLagSeconds.set(labels, seconds);
  }
}
