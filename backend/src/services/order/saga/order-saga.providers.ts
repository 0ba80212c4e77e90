import type { Provider } from '@nestjs/common';
import type { SagaRegistration } from '@/infrastructure/saga/saga.providers';
import type { OrderSagaContext } from './order-saga.context';
import { orderSagas } from './order-saga.definition';
import { OrderSagaListener } from './order-saga.listener';
import { OrderSagaService } from './order-saga.service';
import { OrderSagaStarter } from './order-saga.starter';

export const orderSaga: SagaRegistration<OrderSagaContext> = {
  versions: orderSagas,
  listener: OrderSagaListener,
};

export const orderSagaProviders: Provider[] = [OrderSagaStarter, OrderSagaService];
