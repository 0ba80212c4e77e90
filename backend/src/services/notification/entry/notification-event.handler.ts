import { Inject, Injectable } from '@nestjs/common';
import type { OrderCreatedEvent, UserRegisteredEvent } from '@shop/contracts';
import { SHOP_CURRENCY } from '@/infrastructure/config/shop-currency';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { NotificationService } from '../notification.service';
import { Contacts } from '../state/contacts';

/** Welcomes users and confirms orders. */
@Injectable()
@KafkaHandler(['user.registered', 'order.created'], {
  name: 'notification.notification-event-handler',
  effects: 'transaction',
  interleaves: true,
})
export class NotificationEventHandler {
  constructor(
    private readonly notifications: NotificationService,
    private readonly contacts: Contacts,
    @Inject(SHOP_CURRENCY) private readonly currency: string,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async handle(event: UserRegisteredEvent | OrderCreatedEvent): Promise<void> {
    await this.unitOfWork.run(() => this.tell(event));
  }

  private async tell(event: UserRegisteredEvent | OrderCreatedEvent): Promise<void> {
    switch (event.eventType) {
      case 'user.registered':
        if (!isStorableKey(event.data.userId)) return;
        await this.contacts.keepContact(event.data.userId, {
          email: event.data.email,
          name: event.data.name ?? null,
        });
        return this.sendWelcomeEmail(event.data.userId);
      case 'order.created':
        if (!isStorableKey(event.data.orderId)) return;
        await this.keepOrder(event.data);
        return this.sendOrderConfirmation(event.data.orderId);
    }
  }

  sendWelcomeEmail(userId: string): Promise<void> {
    return this.notifications.sendWelcomeEmail(userId);
  }

  sendOrderConfirmation(orderId: string): Promise<void> {
    return this.notifications.sendOrderConfirmation(orderId);
  }

  private async keepOrder(order: OrderCreatedEvent['data']): Promise<void> {
    await this.contacts.keepOrder({
      orderId: order.orderId,
      userId: order.userId,
      email: order.email ?? null,
      currency: order.currency ?? this.currency,
      total: order.totals.total,
      lines: order.items,
      cancelReason: null,
    });
  }
}
