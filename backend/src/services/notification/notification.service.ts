import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { subjectOf } from './domain/mail-templates';
import { notificationIdOf, type OrderTemplate, type Template } from './domain/notification';
import { Contacts } from './state/contacts';
import { NotificationRepository } from './state/notification.repository';

/**
 * Asks for notifications: a row and a `notification.requested` in one unit of work, once per template and subject
 * matter. The mail itself goes out when that event is handled.
 */
@Injectable()
export class NotificationService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly publisher: EventPublisherService,
    private readonly notifications: NotificationRepository,
    private readonly contacts: Contacts,
  ) {}

  sendWelcomeEmail(userId: string): Promise<void> {
    return this.request('welcome', userId);
  }

  sendOrderConfirmation(orderId: string): Promise<void> {
    return this.sendOrderMail('order-confirmation', orderId);
  }

  /** An order that this service has not heard of has nobody to write to: nothing is asked for. */
  async sendOrderMail(template: OrderTemplate, orderId: string): Promise<void> {
    const order = await this.contacts.order(orderId);
    if (order) await this.request(template, order.userId, orderId);
  }

  private async request(template: Template, userId: string, orderId?: string): Promise<void> {
    // A foreign event may name nobody; there is no one to tell then.
    if (userId === '') return;
    const notificationId = notificationIdOf(template, orderId ?? userId);
    await this.unitOfWork.run(async () => {
      if (!(await this.notifications.add({ notificationId, userId, template, orderId }))) return;
      await this.publisher.publishNotificationRequested({
        notificationId,
        userId,
        channel: 'email',
        template,
        subject: subjectOf(template, orderId),
        requestedAt: new Date().toISOString(),
        ...(orderId === undefined ? {} : { orderId }),
      });
    });
  }
}
