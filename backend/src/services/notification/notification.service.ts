import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { subjectOf } from './domain/mail-templates';
import { notificationIdOf, type OrderTemplate, type Template } from './domain/notification';
import { NotificationRepository } from './state/notification.repository';

interface Wanted {
  readonly notificationId: string;
  readonly userId: string;
  readonly template: Template;
  readonly orderId?: string;
}

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
  ) {}

  sendOrderConfirmation(orderId: string): Promise<void> {
    return this.sendOrderMail('order-confirmation', orderId);
  }

  /** An order that this service has not heard of has nobody to write to: nothing is asked for. */
  async sendOrderMail(template: OrderTemplate, orderId: string): Promise<void> {
    const notificationId = notificationIdOf(template, orderId);
    await this.unitOfWork.run(async () => {
      const userId = await this.notifications.addForOrder(template, notificationId, orderId);
      if (userId !== undefined) await this.ask({ notificationId, userId, template, orderId });
    });
  }

  async sendWelcomeEmail(userId: string): Promise<void> {
    // A foreign event may name nobody; there is no one to tell then.
    if (userId === '') return;
    const wanted = {
      notificationId: notificationIdOf('welcome', userId),
      userId,
      template: 'welcome',
    } as const;
    await this.unitOfWork.run(async () => {
      if (await this.notifications.add({ ...wanted, orderId: undefined })) await this.ask(wanted);
    });
  }

  private async ask(wanted: Wanted): Promise<void> {
    await this.publisher.publishNotificationRequested({
      ...wanted,
      channel: 'email',
      subject: subjectOf(wanted.template, wanted.orderId),
      requestedAt: new Date().toISOString(),
    });
  }
}
