import { Module } from '@nestjs/common';
import { SHOP_CURRENCY, shopCurrency } from '@/infrastructure/config/shop-currency';
import { ServiceModule } from '@/infrastructure/service.module';
import { MailboxController } from './entry/mailbox.controller';
import { NotificationEventHandler } from './entry/notification-event.handler';
import { OnNotificationRequestedHandler } from './entry/on-notification-requested.handler';
import { OnOrderOutcomeHandler } from './entry/on-order-outcome.handler';
import { MAIL_SETTINGS, mailSettings } from './mail/mail.environment';
import { MailService } from './mail/mail.service';
import { MailDispatchService } from './mail-dispatch.service';
import { NotificationService } from './notification.service';
import { Contacts } from './state/contacts';
import { Mailbox } from './state/mailbox';
import { notificationMigrations } from './state/notification.migrations';
import { NotificationRepository } from './state/notification.repository';

@Module({
  imports: [ServiceModule.for('notification', { migrations: notificationMigrations })],
  controllers: [MailboxController],
  providers: [
    { provide: SHOP_CURRENCY, useFactory: () => shopCurrency() },
    { provide: MAIL_SETTINGS, useFactory: () => mailSettings() },
    Contacts,
    Mailbox,
    NotificationRepository,
    NotificationService,
    MailService,
    MailDispatchService,
    NotificationEventHandler,
    OnOrderOutcomeHandler,
    OnNotificationRequestedHandler,
  ],
})
export class NotificationModule {}
