import type { LocalStep } from '@/infrastructure/saga/saga-definition';
import { validateOrder } from '../../domain/validate-order';
import type { OrderSagaContext } from '../order-saga.context';

export const validateOrderStep: LocalStep<OrderSagaContext> = {
  kind: 'local',
  name: 'validation',
  check: ({ order, catalogue }) => (catalogue ? validateOrder(order, catalogue) : undefined),
};
