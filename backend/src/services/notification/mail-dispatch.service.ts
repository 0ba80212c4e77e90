import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EventData } from '@shop/contracts';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { type Letter, orderLetter, welcomeLetter } from './domain/mail-templates';
import { isTemplate, type Refusal } from './domain/notification';
import { RecipientRefusedError } from './mail/mail.errors';
import { MailService } from './mail/mail.service';
import { Contacts } from './state/contacts';
import { NotificationRepository } from './state/notification.repository';

export type Request = EventData<'notification.requested'> & { readonly notificationId: string };

interface Composed {
  readonly to: string;
  readonly letter: Letter;
}

/**
 * Sends what was requested, at least once: a crash between the mail server's answer and our row sends again, under
 * the same Message-ID, by which mailboxes know it.
 */
@Injectable()
export class MailDispatchService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly publisher: EventPublisherService,
    private readonly notifications: NotificationRepository,
    private readonly contacts: Contacts,
    private readonly mail: MailService,
  ) {}

  /** Throws `SmtpUnavailableError` when it should be tried again; anything definitive is published instead. */
  async dispatch(request: Request): Promise<void> {
    if (await this.isSettled(request)) return;
    const composed = await this.compose(request);
    if ('code' in composed) return this.failed(request, composed);
    const messageId = messageIdOf(request.notificationId);
    try {
      await this.mail.send({ messageId, to: composed.to, ...composed.letter });
    } catch (error) {
      if (!(error instanceof RecipientRefusedError)) throw error;
      return this.failed(request, { code: error.code, message: error.message });
    }
    await this.sent(request, messageId);
  }

  /** Where it was not asked for by us it is written down now. */
  private async isSettled({ notificationId, userId, template, orderId }: Request): Promise<boolean> {
    const status = await this.notifications.statusOf(notificationId);
    if (status !== undefined) return status !== 'requested';
    await this.unitOfWork.run(() => this.notifications.add({ notificationId, userId, template, orderId }));
    return false;
  }

  private async compose(request: Request): Promise<Composed | Refusal> {
    const { userId, channel, template, orderId } = request;
    if (channel !== 'email') {
      return { code: 'CHANNEL_NOT_SUPPORTED', message: `There is no way to send by ${channel}.` };
    }
    if (!isTemplate(template)) {
      return { code: 'UNKNOWN_TEMPLATE', message: `There is no template '${template}'.` };
    }
    if (template === 'welcome') {
      const contact = await this.contacts.contact(userId);
      return contact ? { to: contact.email, letter: welcomeLetter(contact.name) } : noContact(userId);
    }
    const order = orderId === undefined ? undefined : await this.contacts.order(orderId);
    if (!order || order.userId !== userId) {
      return { code: 'UNKNOWN_ORDER', message: 'The order is not known as one of this user.' };
    }
    const { contact } = order;
    const to = order.email ?? contact?.email;
    if (to === undefined) return noContact(userId);
    return { to, letter: orderLetter(template, order, contact?.name ?? null) };
  }

  private sent(request: Request, messageId: string): Promise<void> {
    return this.unitOfWork.run(async () => {
      if (!(await this.notifications.settle(request.notificationId, 'sent'))) return;
      const sentAt = new Date().toISOString();
      await this.publisher.publishNotificationSent({ ...told(request), messageId, sentAt });
    });
  }

  private failed(request: Request, refusal: Refusal): Promise<void> {
    return this.unitOfWork.run(async () => {
      if (!(await this.notifications.settle(request.notificationId, 'failed', refusal.code))) return;
      const failedAt = new Date().toISOString();
      await this.publisher.publishNotificationFailed({ ...told(request), ...refusal, failedAt });
    });
  }
}

function told({ notificationId, userId, channel, template, subject, orderId }: Request) {
  const common = { notificationId, userId, channel, template, subject };
  return orderId === undefined ? common : { ...common, orderId };
}

const noContact = (userId: string): Refusal => ({
  code: 'NO_CONTACT',
  message: `No address is known of user '${userId}'.`,
});

function messageIdOf(notificationId: string): string {
  const digest = createHash('sha256').update(notificationId).digest('hex').slice(0, 32);
  return `<${digest}@shop.example>`;
}
