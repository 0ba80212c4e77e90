import { Injectable } from '@nestjs/common';
import { OrdersWithoutSaga } from '@/infrastructure/ops/sagas/orders-without-saga';
import type { SagaView } from '@/infrastructure/saga/saga-view';
import { choreographyView } from './state/choreography-view';
import { OrderPast } from './state/order-past';

/** Where an order without a saga is, and why, for operators. */
@Injectable()
export class ChoreographedOrders extends OrdersWithoutSaga {
  constructor(private readonly past: OrderPast) {
    super();
  }

  async find(orderId: string): Promise<SagaView | undefined> {
    const found = await this.past.at(orderId);
    return found?.flow === 'choreography' ? choreographyView(found) : undefined;
  }
}
