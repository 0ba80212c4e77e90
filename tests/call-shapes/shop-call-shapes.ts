import { Injectable } from '@nestjs/common';
import type {
  OrderCreatedEvent,
  PageViewEvent,
  ProductViewEvent,
  UserRegisteredEvent,
} from '@shop/contracts';
import { AnalyticsEventHandler } from '@/services/analytics/entry/analytics-event.handler';
import { InventoryEventHandler } from '@/services/inventory/entry/inventory-event.handler';
import { NotificationEventHandler } from '@/services/notification/entry/notification-event.handler';
import { OrderSagaService } from '@/services/order/saga/order-saga.service';

/** The shop's public services as a developer calls them. */
@Injectable()
export class ShopCallShapes {
  constructor(
    private orderSagaService: OrderSagaService,
    private notificationEventHandler: NotificationEventHandler,
    private inventoryEventHandler: InventoryEventHandler,
    private analyticsEventHandler: AnalyticsEventHandler,
  ) {}

  async order(orderEvent: OrderCreatedEvent): Promise<void> {
    await this.orderSagaService.executeOrderSaga(orderEvent);
  }

  async notify(event: UserRegisteredEvent | OrderCreatedEvent): Promise<void> {
    await this.notificationEventHandler.handle(event);
  }

  async deduct(event: OrderCreatedEvent): Promise<void> {
    await this.inventoryEventHandler.handle(event);
  }

  async record(event: PageViewEvent | ProductViewEvent): Promise<void> {
    await this.analyticsEventHandler.handle(event);
  }
}
