import type { SagaDefinition } from '@/infrastructure/saga/saga-definition';
import { ORDER_SAGA, type OrderSagaContext } from './order-saga.context';
import { createShipmentStep } from './steps/create-shipment.step';
import { processPaymentOnceStep, processPaymentStep } from './steps/process-payment.step';
import { reserveInventoryStep } from './steps/reserve-inventory.step';
import { validateOrderStep } from './steps/validate-order.step';

const orderSagaV1: SagaDefinition<OrderSagaContext> = {
  type: ORDER_SAGA,
  version: 1,
  steps: [validateOrderStep, processPaymentOnceStep, reserveInventoryStep, createShipmentStep],
};

/** A payment that is declined in passing is tried again. */
const orderSagaV2: SagaDefinition<OrderSagaContext> = {
  type: ORDER_SAGA,
  version: 2,
  steps: [validateOrderStep, processPaymentStep, reserveInventoryStep, createShipmentStep],
};

/** Sagas end on the version they began with: change a landed version by adding the next one. */
export const orderSagas = [orderSagaV1, orderSagaV2] as const;
