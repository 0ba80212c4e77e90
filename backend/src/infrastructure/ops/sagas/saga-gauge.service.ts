import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { within } from '@/infrastructure/concurrency/within';
import { KafkaConnections } from '@/infrastructure/kafka/kafka-connections';
import { loggerOf } from '@/infrastructure/observability/logger';
import type { Metrics } from '@/infrastructure/observability/metrics';
import { type SagaStatus, sagaStatuses } from '@/infrastructure/saga/saga-state';
import { LocalSagas } from './local-sagas.service';

const FRESH_MS = 1_000;
const ANSWERS_WITHIN_MS = 5_000;

/** `shop_sagas`, counted when somebody asks. */
@Injectable()
export class SagaGauge implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly metrics: Pick<Metrics, 'sagas' | 'countBy'>;
  private readonly logger = loggerOf('sagas');
  private counting: Promise<void> | undefined;
  private countedAt = Number.NEGATIVE_INFINITY;
  private noLonger: () => void = () => undefined;

  constructor(
    @Inject(LocalSagas) private readonly sagas: LocalSagas,
    @Inject(KafkaConnections) { metrics }: Pick<KafkaConnections, 'metrics'>,
  ) {
    this.metrics = metrics;
  }

  onApplicationBootstrap(): void {
    this.noLonger = this.metrics.countBy(() => this.refresh());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.noLonger();
    await this.counting;
  }

  /** Questions at the same time share one look, and one a second is enough. */
  private refresh(): Promise<void> {
    if (performance.now() - this.countedAt < FRESH_MS) return Promise.resolve();
    this.counting ??= this.count().finally(() => {
      this.countedAt = performance.now();
      this.counting = undefined;
    });
    return this.counting;
  }

  private async count(): Promise<void> {
    try {
      const read = Promise.all(this.sagas.all().map((sagas) => sagas.counts()));
      const counts = (await within(ANSWERS_WITHIN_MS, read)).flat();
      const countOf = new Map(counts.map(({ type, status, count }) => [labelOf(type, status), count]));
      this.metrics.sagas.reset();
      for (const type of new Set(counts.map((count) => count.type))) {
        for (const status of sagaStatuses) {
          this.metrics.sagas.set({ type, status }, countOf.get(labelOf(type, status)) ?? 0);
        }
      }
    } catch (error) {
      // Old values would pass for present ones.
      this.metrics.sagas.reset();
      this.logger.warn({ err: error }, 'sagas could not be counted');
    }
  }
}

const labelOf = (type: string, status: SagaStatus): string => `${status} ${type}`;
