import type { SagaDefinition } from '@/infrastructure/saga/saga-definition';
import { ORDER_LOCK, RETURN_SAGA, type ReturnSagaContext } from './return-saga.context';
import { fetchParcelStep } from './steps/fetch-parcel.step';
import { refundStep } from './steps/refund.step';
import { restockStep } from './steps/restock.step';

/** Until the parcel is back the return can be taken back; from then on the customer gets the money, whatever it takes. */
export const returnSagaV1: SagaDefinition<ReturnSagaContext> = {
  type: RETURN_SAGA,
  version: 1,
  lock: ORDER_LOCK,
  steps: [fetchParcelStep, restockStep, refundStep],
};
