import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ProjectionGauge } from '@/infrastructure/event-store/projection-gauge';
import { ProjectionRebuilds } from '@/infrastructure/event-store/projection-rebuilds';
import { KafkaConnections } from '@/infrastructure/kafka/kafka-connections';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { loggerOf } from '@/infrastructure/observability/logger';
import { auditBy } from '@/infrastructure/ops/operator-audit';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Platform } from '@/infrastructure/platform/platform';
import { Database } from '@/infrastructure/postgres/database';
import type { OrderEvent, OrderState } from './domain/order-stream';
import { orderProjection } from './state/order-projection';

/** The tables that are made of the order streams: measured while the service runs, rebuilt when an operator asks. */
@Injectable()
export class OrderProjections
  extends ProjectionRebuilds<OrderState, OrderEvent>
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  private readonly gauge: ProjectionGauge;

  constructor(
    database: Database,
    unitOfWork: UnitOfWork,
    publisher: EventPublisherService,
    platform: Platform,
    { metrics }: KafkaConnections,
  ) {
    const logger = loggerOf('projections');
    super({ database, url: platform.databaseUrl, unitOfWork, record: auditBy(publisher), logger }, [
      orderProjection,
    ]);
    this.gauge = new ProjectionGauge(database, [orderProjection], metrics, logger);
  }

  onApplicationBootstrap(): void {
    this.gauge.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.gauge.stop();
    await this.stop();
  }
}
