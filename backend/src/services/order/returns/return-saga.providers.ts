import type { Provider } from '@nestjs/common';
import type { SagaRegistration } from '@/infrastructure/saga/saga.providers';
import { ReturnOrder } from './return-order.service';
import type { ReturnSagaContext } from './return-saga.context';
import { returnSagaV1 } from './return-saga.definition';
import { ReturnSagaListener } from './return-saga.listener';

export const returnSaga: SagaRegistration<ReturnSagaContext> = {
  versions: [returnSagaV1],
  listener: ReturnSagaListener,
};

export const returnSagaProviders: Provider[] = [ReturnOrder];
