import { Injectable } from '@nestjs/common';
import type { NotificationRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { storableKeyOf } from '@/infrastructure/postgres/storable';
import { MailDispatchService } from '../mail-dispatch.service';

/** Ours carry an id; a request of someone else's is known by its event. */
@Injectable()
@KafkaHandler('notification.requested', {
  name: 'notification.on-notification-requested',
  effects: 'external',
})
export class OnNotificationRequestedHandler {
  constructor(private readonly dispatcher: MailDispatchService) {}

  async handle({ eventId, source, data }: NotificationRequestedEvent): Promise<void> {
    const notificationId = storableKeyOf(data.notificationId ?? `event:${source}:${eventId}`);
    await this.dispatcher.dispatch({ ...data, notificationId });
  }
}
