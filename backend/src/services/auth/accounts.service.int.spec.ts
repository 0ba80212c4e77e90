import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessTokens } from '@/infrastructure/security/access-tokens';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { AccountsService } from './accounts.service';
import { THROTTLE } from './domain/login-throttle';
import { authMigrations } from './state/auth.migrations';
import { LoginFailures } from './state/login-failures';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import { OnOrderEventsHandler } from './entry/on-order-events.handler';
import { OrderHistory } from './state/order-history';
import { UserRepository } from './state/user.repository';

describe('accounts', () => {
  let state: ServiceState;
  let accounts: AccountsService;
  let users: UserRepository;
  const tokens = new AccessTokens(async () => 'x'.repeat(40));
  const from = { ipAddress: '127.0.0.1', userAgent: 'a browser' };

  beforeAll(async () => {
    state = await serviceState('auth', authMigrations);
    const { database, unitOfWork, publisher } = state;
    users = new UserRepository(database, unitOfWork);
    const failures = new LoginFailures(database, unitOfWork);
    accounts = new AccountsService(unitOfWork, publisher, users, failures, tokens);
  });
  afterAll(() => state.close());

  it('are made once per address, whatever its case, with one event', async () => {
    const attempts = await Promise.allSettled(
      ['ada@example.com', 'Ada@Example.com', ' ada@example.com'].map((email) =>
        accounts.register({ email, password: 'correct horse', name: 'Ada' }),
      ),
    );
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
    const refused = attempts.filter((attempt) => attempt.status === 'rejected');
    expect(refused.map((attempt) => attempt.reason.code)).toEqual(['EMAIL_TAKEN', 'EMAIL_TAKEN']);
    expect(await state.publishedOf('user.registered')).toMatchObject([
      { email: 'ada@example.com', registrationMethod: 'email', isEmailVerified: false, name: 'Ada' },
    ]);
  });

  it('give a token for the right password and say where the login came from', async () => {
    const { userId } = await accounts.register({ email: 'bob@example.com', password: 'battery staple' });
    const session = await accounts.login({ email: 'BOB@example.com', password: 'battery staple', ...from });
    expect(session.userId).toBe(userId);
    expect(await tokens.verify(session.accessToken)).toEqual({ userId, email: 'bob@example.com' });
    expect(await state.publishedOf('user.login')).toMatchObject([
      {
        userId,
        loginMethod: 'password',
        ipAddress: '127.0.0.1',
        location: { country: 'unknown', city: 'unknown' },
      },
    ]);
  });

  it('refuse a wrong password and an unknown account alike, and put it on record', async () => {
    for (const email of ['bob@example.com', 'nobody@example.com']) {
      const login = accounts.login({ email, password: 'my other secret', ...from });
      await expect(login).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS', status: 401 });
    }
    const failed = await state.publishedOf('audit.login.failed');
    expect(failed.map((data) => data.reason)).toEqual(['wrong password', 'unknown account']);
    expect(JSON.stringify(failed)).not.toContain('my other secret');
  }, 20_000);

  it('are shut for a while after many failures, known or not, and no longer than that', async () => {
    const attempt = () => accounts.login({ email: 'mallory@example.com', password: 'guess', ...from });
    for (let count = 0; count < THROTTLE.failures; count++) {
      await expect(attempt()).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    }
    const refused = await attempt().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'TOO_MANY_LOGINS', status: 429 });
    const { retryAfterSeconds } = refused as { retryAfterSeconds: number };
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(THROTTLE.windowSeconds);
  }, 30_000);

  it('show the orders of a user until the account is erased', async () => {
    const { database, unitOfWork } = state;
    const history = new OrderHistory(database, unitOfWork);
    const { userId } = await accounts.register({ email: 'eve@example.com', password: 'password one' });
    const order = { userId, status: 'pending', total: 12.5, currency: 'EUR', itemCount: 2 };
    await unitOfWork.run(async () => {
      await history.add([
        { ...order, orderId: 'o1', createdAt: '2026-01-01T00:00:00.000Z' },
        { ...order, orderId: 'o2', createdAt: '2026-01-02T00:00:00.000Z' },
      ]);
    });
    const handler = new OnOrderEventsHandler(new EventConsumerService(), history);
    const keep = (...events: readonly object[]) =>
      unitOfWork.run(() => handler.keep(events.map((event) => ({ event })) as never));
    await keep(
      { eventType: 'order.status.updated', data: { orderId: 'o1', newStatus: 'paid' } },
      { eventType: 'order.status.updated', data: { orderId: 'o2', newStatus: 'reserved' } },
      { eventType: 'order.status.updated', data: { orderId: 'o1', newStatus: 'shipped' } },
      { eventType: 'order.completed', data: { orderId: 'o1' } },
    );
    const latest = await history.latest(userId, 10);
    expect(latest.map(({ orderId, status }) => [orderId, status])).toEqual([
      ['o2', 'reserved'],
      ['o1', 'completed'],
    ]);
    // An event of another producer; an index takes no id of this length.
    const data = {
      orderId: randomBytes(6_000).toString('base64'),
      userId,
      items: [],
      totals: { total: 1 },
      createdAt: '2026-01-03T00:00:00.000Z',
    };
    await keep({ eventType: 'order.created', data });
    expect(await history.latest(userId, 10)).toHaveLength(2);
    await unitOfWork.run(() => users.erase(userId));
    expect(await users.profileOf(userId)).toBeUndefined();
    expect(await history.latest(userId, 10)).toEqual([]);
  });
});
