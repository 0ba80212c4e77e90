import { ProjectionRebuilds } from '@/infrastructure/event-store/projection-rebuilds';
import { loggerOf } from '@/infrastructure/observability/logger';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import type { OrderEvent, OrderState } from '@/services/order/domain/order-stream';
import { orderProjection } from '@/services/order/state/order-projection';

/** Rebuilds of the order tables as the order service carries them out; nobody writes down who asked. */
export const orderRebuilds = (url: string, database: Database): ProjectionRebuilds<OrderState, OrderEvent> =>
  new ProjectionRebuilds(
    {
      database,
      url,
      unitOfWork: new UnitOfWork(database),
      record: async () => undefined,
      logger: loggerOf('spec'),
    },
    [orderProjection],
  );
