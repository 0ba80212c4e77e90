import { randomBytes } from 'node:crypto';
import type { ShopEvent } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { eventually } from '@/testing/eventually';
import { type AnalyticsEvent, AnalyticsService } from '../analytics.service';
import { analyticsMigrations } from './analytics.migrations';
import { AnalyticsRepository } from './analytics.repository';

describe('analytics', () => {
  let state: ServiceState;
  let repository: AnalyticsRepository;
  let analytics: AnalyticsService;

  beforeAll(async () => {
    state = await serviceState('analytics', analyticsMigrations);
    repository = new AnalyticsRepository(state.database, state.unitOfWork);
    analytics = new AnalyticsService(repository);
  });
  afterAll(() => state.close());

  const search = (eventId: string, messageId?: string): ShopEvent<'analytics.search'> => ({
    eventId,
    eventType: 'analytics.search',
    data: { query: 'kettle', anonymousId: 'a1', ...(messageId === undefined ? {} : { messageId }) },
    occurredAt: new Date().toISOString(),
    source: '/gateway',
    key: 'a1',
    correlationId: 'c1',
    schemaVersion: 1,
  });
  const record = (event: ShopEvent<'analytics.search'>) =>
    state.unitOfWork.run(() => analytics.recordEvent(event));

  it('count an event once, by the browser’s message id or by our own', async () => {
    await Promise.all([record(search('e1', 'm1')), record(search('e2', 'm1')), record(search('e3', 'm2'))]);
    await record(search('e4'));
    await record(search('e4'));
    const counters = await analytics.counters();
    expect(counters).toMatchObject({ total: 3, byType: { 'analytics.search': 3 } });
    expect(counters.perMinute.reduce((sum, minute) => sum + minute.count, 0)).toBe(3);
  });

  it('count an event whose id is too long for an index, once', async () => {
    const before = (await analytics.counters()).total;
    const messageId = randomBytes(6_000).toString('base64');
    await record(search('e6', messageId));
    await record(search('e7', messageId));
    await record(search('e8', `${messageId}x`));
    expect((await analytics.counters()).total).toBe(before + 2);
  });

  it('count for transactions that meet in other orders, none of which waits for another', async () => {
    const before = (await analytics.counters()).total;
    const view = (eventId: string): AnalyticsEvent =>
      ({ ...search(eventId), eventType: 'analytics.page_view' }) as unknown as AnalyticsEvent;
    let begun = 0;
    const both = (first: AnalyticsEvent, second: AnalyticsEvent) =>
      state.unitOfWork.run(async () => {
        await analytics.recordEvent(first);
        begun += 1;
        await eventually(() => begun === 2, { what: 'the other transaction to have counted' });
        await analytics.recordEvent(second);
      });
    await Promise.all([both(search('x1'), view('x2')), both(view('x3'), search('x4'))]);
    expect((await analytics.counters()).total).toBe(before + 4);
  });

  it('roll back counters together with the event', async () => {
    const before = (await analytics.counters()).total;
    const failing = state.unitOfWork.run(async () => {
      await analytics.recordEvent(search('e5', 'm5'));
      throw new Error('the handler fails');
    });
    await expect(failing).rejects.toThrow('the handler fails');
    expect((await analytics.counters()).total).toBe(before);
  });

  it('forget old events and keep their count', async () => {
    await state.database.run(sql`update events set recorded_at = now() - interval '31 days'`);
    const before = (await analytics.counters()).total;
    expect(await repository.removeOld()).toBe(false);
    expect(await state.database.rows(sql`select 1 from events`)).toEqual([]);
    expect((await analytics.counters()).total).toBe(before);
  });
});
