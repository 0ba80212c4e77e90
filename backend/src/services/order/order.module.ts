import { Module } from '@nestjs/common';
import { OperatedSagas } from '@/infrastructure/ops/sagas/operated-sagas.service';
import { sagaProviders } from '@/infrastructure/saga/saga.providers';
import { ServiceModule } from '@/infrastructure/service.module';
import { CancelOrder } from './cancel-order.service';
import { ChoreographedOrders } from './choreographed-orders.service';
import { CatalogueHandler } from './entry/catalogue.handler';
import { OnOrderCancelRequestedHandler } from './entry/on-order-cancel-requested.handler';
import { OnOrderCreatedHandler } from './entry/on-order-created.handler';
import { OnSagaReplyHandler } from './entry/on-saga-reply.handler';
import { OrderEventsController } from './entry/order-events.controller';
import { OrderPastController } from './entry/order-past.controller';
import { OrdersController } from './entry/orders.controller';
import { ProjectionsController } from './entry/projections.controller';
import { OrderSettings, readOrderEnvironment } from './order.environment';
import { OrderChoreography } from './order-choreography.service';
import { OrderChoreographyTimers } from './order-choreography-timers.service';
import { OrderEventService } from './order-event.service';
import { OrderLifecycle } from './order-lifecycle.service';
import { OrderProjections } from './order-projections.service';
import { PlaceOrder } from './place-order.service';
import { ResumeOrder } from './resume-order.service';
import { returnSaga, returnSagaProviders } from './returns/return-saga.providers';
import { orderSaga, orderSagaProviders } from './saga/order-saga.providers';
import { OrderSagaService } from './saga/order-saga.service';
import { CatalogueStore } from './state/catalogue-store';
import { ChoreographyStore } from './state/choreography-store';
import { IdempotencyKeys } from './state/idempotency-keys';
import { orderMigrations } from './state/order.migrations';
import { OrderPast } from './state/order-past';
import { OrderQueries } from './state/order-queries';
import { OrderStatusFeed } from './state/order-status-feed';
import { OrderStore } from './state/order-store';

@Module({
  imports: [ServiceModule.for('order', { migrations: orderMigrations, onDead: 'wait' })],
  controllers: [OrdersController, OrderEventsController, OrderPastController, ProjectionsController],
  providers: [
    { provide: OrderSettings, useFactory: () => readOrderEnvironment(process.env) },
    OrderStore,
    OrderPast,
    OrderProjections,
    OrderQueries,
    OrderStatusFeed,
    CatalogueStore,
    ChoreographyStore,
    IdempotencyKeys,
    OrderEventService,
    OrderLifecycle,
    OrderChoreography,
    OrderChoreographyTimers,
    ResumeOrder,
    PlaceOrder,
    CancelOrder,
    ...sagaProviders(orderSaga, returnSaga),
    OperatedSagas,
    ChoreographedOrders,
    ...orderSagaProviders,
    ...returnSagaProviders,
    CatalogueHandler,
    OnOrderCreatedHandler,
    OnOrderCancelRequestedHandler,
    OnSagaReplyHandler,
  ],
  exports: [OrderEventService, OrderSagaService],
})
export class OrderModule {}
