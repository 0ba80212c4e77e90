import type { SagaDefinition } from '@/infrastructure/saga/saga-definition';
import { ORDER_SAGA, type OrderSagaContext } from './order-saga.context';
import { createShipmentStep } from './steps/create-shipment.step';
import { processPaymentStep } from './steps/process-payment.step';
import { reserveInventoryStep } from './steps/reserve-inventory.step';
import { validateOrderStep } from './steps/validate-order.step';

/** Sagas end on the version they began with: change a landed version by adding the next one. */
export const orderSagaV1: SagaDefinition<OrderSagaContext> = {
  type: ORDER_SAGA,
  version: 1,
  steps: [validateOrderStep, processPaymentStep, reserveInventoryStep, createShipmentStep],
};
