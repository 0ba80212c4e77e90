import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import { SagaService } from '@/testing/saga-service';
import { newSaga } from './saga-state';
import { LISTED_ENTRIES, SagaQueries } from './saga-queries';

describe('sagas, looked at', () => {
  let service: SagaService;
  let queries: SagaQueries;

  beforeAll(async () => {
    service = await SagaService.start('order', ['order', 'return']);
    queries = new SagaQueries(service.state.database);
  });
  beforeEach(async () => {
    await service.state.database.run(sql`truncate sagas, saga_history`);
  });
  afterAll(() => service.state.close());

  const list = async (filter: Parameters<SagaQueries['list']>[0]) =>
    (await queries.list(filter, 50)).items.map(({ id }) => id);

  async function ended(orderId: string): Promise<string> {
    await service.reply('order', orderId, 'payment.completed');
    await service.reply('order', orderId, 'shipment.created');
    return orderId;
  }

  it('come the newest first, page by page, the ended ones among the others', async () => {
    const begun: string[] = [];
    for (let n = 0; n < 12; n++) {
      const orderId = n % 4 === 1 ? await service.stuck() : await service.begin('order');
      begun.push(`order:${orderId}`);
      if (n % 3 === 0) await ended(orderId);
    }
    const seen: string[] = [];
    for (let page = await queries.list({}, 5); ; ) {
      seen.push(...page.items.map(({ id }) => id));
      const last = page.items.at(-1);
      if (!page.more || !last) break;
      page = await queries.list({}, 5, last);
    }
    expect(seen).toEqual(begun.toReversed());
  });

  it('are found by type, status, order, step and how long they have not moved', async () => {
    const orderId = await ended(await service.begin('order'));
    const order = `order:${orderId}`;
    const back = `return:${await service.begin('return', orderId)}`;
    const stuck = `order:${await service.stuck()}`;
    const waiting = `order:${await service.begin('order')}`;
    expect(await list({})).toEqual([waiting, stuck, back, order]);
    expect(await list({ type: 'return' })).toEqual([back]);
    expect(await list({ status: ['needs_attention', 'completed'] })).toEqual([stuck, order]);
    expect(await list({ status: [] })).toEqual([]);
    expect(await list({ orderId })).toEqual([back, order]);
    expect(await list({ about: orderId })).toEqual([back, order]);
    expect(await list({ about: back })).toEqual([back]);
    for (const filter of [{ orderId: 'nobody' }, { about: 'nobody' }]) expect(await list(filter)).toEqual([]);
    expect(await list({ step: 'payment' })).toEqual([waiting, stuck, back]);
    expect(await list({ step: 'shipment' })).toEqual([]);
    await service.state.database.run(
      sql`update sagas set updated_at = updated_at - interval '1 hour' where id = ${waiting}`,
    );
    expect(await list({ olderThan: 3_000 })).toEqual([waiting]);
    expect(await list({ olderThan: 4_000 })).toEqual([]);
  });

  it('say what they wait for and since when, however often it was asked again', async () => {
    const orderId = await service.begin('order');
    const waiting = async () => (await queries.find(`order:${orderId}`))?.waitingFor;
    const first = await waiting();
    expect(first).toMatchObject({ kind: 'answer', step: 'payment', direction: 'do', attempt: 1 });
    expect(first?.since).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    await service.engine.retryStep('order', orderId);
    expect(await waiting()).toMatchObject({ attempt: 2, since: first?.since });
    await service.engine.cancel('order', orderId, { code: 'X', message: 'x' }, null);
    const back = await waiting();
    expect(back).toMatchObject({ step: 'payment', direction: 'undo', attempt: 1 });
    expect(String(back?.since) > String(first?.since)).toBe(true);
    await service.engine.retryStep('order', orderId);
    expect(await waiting()).toMatchObject({ direction: 'undo', attempt: 2, since: back?.since });
  });

  it('that need attention wait for a person and say what is at risk', async () => {
    const found = await queries.find(`order:${await service.stuck()}`);
    expect(found).toMatchObject({
      status: 'needs_attention',
      step: null,
      deadline: null,
      reason: { code: 'NO_CARRIER', message: 'Nobody goes there.' },
      completedSteps: ['payment'],
      undone: [],
      refused: [
        {
          step: 'payment',
          direction: 'undo',
          code: 'CHARGE_DISPUTED',
          message: 'The charge is disputed.',
          amountAtRisk: 59.02,
        },
      ],
      amountAtRisk: { amount: 59.02, currency: 'EUR' },
      waitingFor: { kind: 'person', since: found?.updatedAt },
    });
  });

  it('have their whole history when shown, and the last of it in a list', async () => {
    const orderId = await service.begin('order');
    for (let n = 0; n < LISTED_ENTRIES; n++) await service.reply('order', orderId, 'shipment.created');
    const shown = await queries.find(`order:${orderId}`);
    expect(shown?.history).toHaveLength(LISTED_ENTRIES + 2);
    expect(shown?.history.slice(0, 3)).toMatchObject([
      { kind: 'started', step: null, eventId: null },
      { kind: 'step_requested', step: 'payment', detail: { attempt: 1 } },
      { kind: 'ignored', step: 'shipment', eventId: expect.any(String), detail: { input: 'step_done' } },
    ]);
    const [listed] = (await queries.list({}, 1)).items;
    expect(listed).toEqual({ ...shown, history: shown?.history.slice(2) });
  });

  it('are counted by type and status', async () => {
    await service.begin('order');
    await service.stuck();
    await service.begin('return', await ended(await service.begin('order')));
    const counts = (await queries.counts()).map(({ type, status, count }) => `${type} ${status} ${count}`);
    expect(counts.toSorted()).toEqual([
      'order completed 1',
      'order needs_attention 1',
      'order running 1',
      'return running 1',
    ]);
  });

  it('are read by an index, however many there are', async () => {
    await service.state.database.run(sql`
      insert into sagas (id, type, version, subject, lock_name, status, state, context)
      select 'order:' || n, 'order', 1, n::text, 'order', case when n % 100 = 0 then 'running' else 'completed' end,
        ${JSON.stringify(newSaga)}::jsonb, '{}' from generate_series(1, 20000) as n`);
    await service.state.database.run(sql`vacuum (analyze) sagas`);
    const plans: string[] = [];
    const explain = async (query: SqlQuery) => {
      plans.push(JSON.stringify(await service.state.database.rows(sql`explain (format json) ${query}`)));
      return [];
    };
    const explained = new SagaQueries({ rows: explain, row: async () => undefined, run: async () => 0 });
    await explain(sql`select id from sagas where version = 2`);
    expect(plans.splice(0)).toEqual([expect.stringContaining('Seq Scan')]);
    await explained.list({}, 50);
    await explained.list({ olderThan: 60, status: ['running', 'needs_attention'] }, 50, {
      startedAt: '2026-01-01T00:00:00.000000Z',
      id: 'order:1',
    });
    await explained.list({ orderId: '17' }, 50);
    await explained.list({ about: '17' }, 50);
    await explained.counts();
    expect(plans).toHaveLength(5);
    for (const plan of plans) expect(plan).not.toContain('Seq Scan');
  });
});
