import { Injectable } from '@nestjs/common';
import type { OrderCancelledEvent, OrderCompletedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { NotificationService } from '../notification.service';
import { Contacts } from '../state/contacts';

@Injectable()
export class OnOrderOutcomeHandler {
  constructor(
    private readonly notifications: NotificationService,
    private readonly contacts: Contacts,
  ) {}

  @KafkaHandler('order.completed', {
    name: 'notification.on-order-completed',
    effects: 'transaction',
    interleaves: true,
  })
  async completed({ data }: OrderCompletedEvent): Promise<void> {
    await this.notifications.sendOrderMail('order-completed', data.orderId);
  }

  @KafkaHandler('order.cancelled', {
    name: 'notification.on-order-cancelled',
    effects: 'transaction',
    interleaves: true,
  })
  async cancelled({ data }: OrderCancelledEvent): Promise<void> {
    await this.contacts.keepCancelReason(data.orderId, data.reason);
    await this.notifications.sendOrderMail('order-cancelled', data.orderId);
  }
}
