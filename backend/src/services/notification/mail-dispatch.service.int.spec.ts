import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OrderCreatedEvent, UserRegisteredEvent } from '@shop/contracts';
import { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import { Metrics } from '@/infrastructure/observability/metrics';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { NotificationEventHandler } from './entry/notification-event.handler';
import { OnNotificationRequestedHandler } from './entry/on-notification-requested.handler';
import { MailService } from './mail/mail.service';
import { MailDispatchService, type Request } from './mail-dispatch.service';
import { NotificationService } from './notification.service';
import { Contacts } from './state/contacts';
import { Mailbox } from './state/mailbox';
import { notificationMigrations } from './state/notification.migrations';
import { NotificationRepository } from './state/notification.repository';

describe('notifications', () => {
  let state: ServiceState;
  let mailbox: Mailbox;
  let contacts: Contacts;
  let handler: NotificationEventHandler;
  const open: MailService[] = [];

  beforeAll(async () => {
    state = await serviceState('notification', notificationMigrations);
    const { database, unitOfWork, publisher } = state;
    mailbox = new Mailbox(database);
    contacts = new Contacts(database, unitOfWork);
    const repository = new NotificationRepository(database, unitOfWork);
    const notifications = new NotificationService(unitOfWork, publisher, repository);
    handler = new NotificationEventHandler(notifications, contacts, 'EUR', state.unitOfWork);
  });
  afterEach(async () => {
    for (const mail of open.splice(0)) await mail.onApplicationShutdown();
  });
  afterAll(() => state.close());

  async function dispatcher(smtpUrl?: string): Promise<MailDispatchService> {
    const breakers = new Breakers(new Metrics());
    const mail = new MailService({ smtpUrl, from: 'Shop <shop@example.com>' }, mailbox, breakers);
    await mail.onModuleInit();
    open.push(mail);
    const { database, unitOfWork, publisher } = state;
    return new MailDispatchService(
      unitOfWork,
      publisher,
      new NotificationRepository(database, unitOfWork),
      contacts,
      mail,
    );
  }

  const envelope = {
    occurredAt: '2026-01-01T00:00:00.000Z',
    source: '/x',
    correlationId: 'c',
    schemaVersion: 1,
  };
  const registered = (userId: string, email: string): UserRegisteredEvent => ({
    ...envelope,
    eventId: `r-${userId}`,
    eventType: 'user.registered',
    key: userId,
    data: { userId, email, registrationMethod: 'email', isEmailVerified: false, name: 'Ada' },
  });
  const ordered = (orderId: string, userId: string): OrderCreatedEvent => ({
    ...envelope,
    eventId: `o-${orderId}`,
    eventType: 'order.created',
    key: orderId,
    data: {
      orderId,
      userId,
      items: [{ productId: 'prod-001', quantity: 2, price: 10 }],
      totals: { subtotal: 20, tax: 0, shipping: 0, total: 20 },
      createdAt: '2026-01-01T00:00:00.000Z',
    },
  });
  const handle = (event: UserRegisteredEvent | OrderCreatedEvent) =>
    state.unitOfWork.run(() => handler.handle(event));
  const requested = async (): Promise<Request[]> =>
    (await state.publishedOf('notification.requested')).map((data) => ({
      ...data,
      notificationId: data.notificationId ?? '',
    }));

  it('go out by SMTP, one per occasion, however often events and requests are repeated', async () => {
    const dispatch = await dispatcher();
    for (let times = 0; times < 2; times++) {
      await handle(registered('u1', 'ada@example.com'));
      await handle(ordered('o1', 'u1'));
    }
    const requests = await requested();
    expect(requests.map((request) => request.template)).toEqual(['welcome', 'order-confirmation']);
    for (const request of [...requests, ...requests]) await dispatch.dispatch(request);
    const mails = await mailbox.list(10, undefined, 'ada@example.com');
    expect(mails.map((mail) => mail.subject)).toEqual(['We have received order o1', 'Welcome to the shop']);
    expect(mails[0]?.text).toContain('Total: 20.00 EUR');
    expect(mails[0]?.html).toContain('<p>Hello Ada,</p>');
    expect(await state.publishedOf('notification.sent')).toHaveLength(2);
  });

  it('that cannot be sent end with a reason', async () => {
    const dispatch = await dispatcher();
    const base: Request = {
      notificationId: 'x',
      userId: 'u9',
      channel: 'email',
      template: 'welcome',
      subject: 's',
    };
    await dispatch.dispatch({ ...base, notificationId: 'x1' });
    await dispatch.dispatch({ ...base, notificationId: 'x2', template: 'surprise' });
    await dispatch.dispatch({ ...base, notificationId: 'x3', channel: 'sms' });
    await dispatch.dispatch({ ...base, notificationId: 'x4', template: 'order-completed', orderId: 'o1' });
    await handle(registered('u10', 'not an address'));
    await dispatch.dispatch({ ...base, notificationId: 'x5', userId: 'u10' });
    const failed = await state.publishedOf('notification.failed');
    expect(failed.map((data) => data.code)).toEqual([
      'NO_CONTACT',
      'UNKNOWN_TEMPLATE',
      'CHANNEL_NOT_SUPPORTED',
      'UNKNOWN_ORDER',
      'RECIPIENT_REFUSED',
    ]);
  });

  it('of ids that no index takes do not hold up the others', async () => {
    const endless = randomBytes(6_000).toString('base64');
    await handle(registered(endless, 'endless@example.com'));
    await handle(ordered(endless, 'u1'));
    expect(await contacts.contact(endless)).toBeUndefined();
    const onRequested = new OnNotificationRequestedHandler(await dispatcher());
    const data = {
      notificationId: endless,
      userId: 'u1',
      channel: 'email' as const,
      template: 'welcome',
      subject: 's',
    };
    const before = (await state.publishedOf('notification.sent')).length;
    await handle(registered('u1', 'ada@example.com'));
    for (let times = 0; times < 2; times++) {
      await onRequested.handle({
        ...envelope,
        eventId: 'n',
        eventType: 'notification.requested',
        key: 'u1',
        data,
      });
    }
    expect(await state.publishedOf('notification.sent')).toHaveLength(before + 1);
  });

  it('wait for a mail server that is away, and are sent when it is back', async () => {
    const silent = await listening((socket) => socket.end('421 come again\r\n'));
    await handle(registered('u2', 'grace@example.com'));
    const request = (await requested()).find(({ userId }) => userId === 'u2');
    if (!request) throw new Error('nothing was requested');
    const { port } = silent.address() as { port: number };
    const away = await dispatcher(`smtp://127.0.0.1:${port}`);
    await expect(away.dispatch(request)).rejects.toMatchObject({ code: 'SMTP_UNAVAILABLE', retryable: true });
    silent.close();
    await expect(away.dispatch(request)).rejects.toMatchObject({ code: 'SMTP_UNAVAILABLE' });
    const back = await dispatcher();
    await back.dispatch(request);
    expect(await mailbox.list(10, undefined, 'grace@example.com')).toHaveLength(1);
  });

  function listening(answer: (socket: import('node:net').Socket) => void): Promise<Server> {
    return new Promise((resolve) => {
      const server = createServer(answer);
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
  }
});
