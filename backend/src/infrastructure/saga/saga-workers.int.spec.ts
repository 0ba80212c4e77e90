import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type OrderContext, paymentStep, replyOf, sagaOf, shipmentStep } from '@/testing/saga-steps';
import { type ServiceState, serviceState } from '@/testing/service-state';
import type { SagaDefinition } from './saga-definition';
import { SagaDefinitions } from './saga-definitions';
import { SagaEngine } from './saga-engine';
import { SagaQueries } from './saga-queries';
import { SagaStore } from './saga-store';
import { SagaTimers } from './saga-timers';
import { sagaMigrations } from './saga.migrations';

const order = sagaOf('order', [paymentStep()]);
const giveBack = sagaOf('return', [shipmentStep()]);
const types = ['order', 'return'];

describe('several workers', () => {
  let state: ServiceState;
  let queries: SagaQueries;

  beforeAll(async () => {
    state = await serviceState('order', sagaMigrations);
    queries = new SagaQueries(state.database);
  });
  afterAll(() => state.close());

  /** An engine as another process has it: nothing is shared but the database. */
  function worker(...sagas: readonly SagaDefinition<OrderContext>[]): SagaEngine {
    const definitions = new SagaDefinitions();
    for (const saga of sagas) definitions.register(saga);
    return new SagaEngine(state.unitOfWork, state.publisher, definitions);
  }
  const both = () => [worker(order, giveBack), worker(order, giveBack)] as const;
  const statusOf = async (id: string) => (await queries.find(id))?.status;

  it('lets of two sagas of one subject that start at once only one start; the other is refused', async () => {
    for (let round = 0; round < 20; round += 1) {
      const orderId = randomUUID();
      const starts = both().flatMap((engine) =>
        types.map((type) => engine.start(type, orderId, { orderId }, null)),
      );
      const outcomes = await Promise.allSettled(starts);
      const started = outcomes.filter((one) => one.status === 'fulfilled' && one.value);
      const refused = outcomes
        .filter((one) => one.status === 'rejected')
        .map(({ reason }) => reason as unknown);
      expect(started).toHaveLength(1);
      expect(refused).toHaveLength(2);
      for (const error of refused) {
        expect(error).toMatchObject({ code: 'SAGA_LOCKED', status: 409, retryable: true });
      }
    }
  });

  it('frees the lock in the transaction that ends a saga, whoever ends it', async () => {
    const [one, other] = both();
    const orderId = randomUUID();
    await one.start('order', orderId, { orderId }, null);
    const ended = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const ending = state.unitOfWork.run(async () => {
      await one.reply('order', orderId, replyOf('payment.completed'));
      ended.resolve();
      await mayCommit.promise;
    });
    await ended.promise;
    let waited = true;
    const starting = other.start('return', orderId, { orderId }, null).then((started) => {
      waited = false;
      return started;
    });
    await eventually(async () => {
      const [blocked] = await state.database.rows(sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and query like '%insert into sagas%' and datname = current_database()`);
      return blocked !== undefined;
    });
    expect(waited).toBe(true);
    mayCommit.resolve();
    await ending;
    expect(await starting).toBe(true);
    expect(await other.start('return', orderId, { orderId }, null)).toBe(false);
  });

  it('keeps the lock while a saga needs attention', async () => {
    const [one, other] = both();
    const orderId = randomUUID();
    await one.start('order', orderId, { orderId }, null);
    await one.cancel('order', orderId, { code: 'NO', message: 'no' }, null);
    await one.reply(types, orderId, replyOf('payment.refund.failed', { code: 'NO', message: 'no' }));
    expect(await statusOf(`order:${orderId}`)).toBe('needs_attention');
    await expect(other.start('return', orderId, { orderId }, null)).rejects.toMatchObject({
      code: 'SAGA_LOCKED',
    });
    await one.markResolved('order', orderId, { code: 'PAID_BACK', message: 'by transfer' });
    expect(await other.start('return', orderId, { orderId }, null)).toBe(true);
  });

  it('keeps the lock of a saga that a process began which knows no locks', async () => {
    const [one] = both();
    const orderId = randomUUID();
    await state.database.run(sql`
      insert into sagas (id, type, version, subject, status, state, context)
      values (${`order:${orderId}`}, 'order', 1, ${orderId}, 'running', '{}', ${JSON.stringify({ orderId })}::jsonb)`);
    await expect(one.start('return', orderId, { orderId }, null)).rejects.toMatchObject({
      code: 'SAGA_LOCKED',
    });
    await one.cancel('order', orderId, { code: 'NO', message: 'no' }, null);
    expect(await statusOf(`order:${orderId}`)).toBe('compensated');
    expect(await one.start('return', orderId, { orderId }, null)).toBe(true);
  });

  it('gives an answer to the saga whose turn it is', async () => {
    const [one, other] = both();
    const orderId = randomUUID();
    await one.start('order', orderId, { orderId }, null);
    await one.reply(types, orderId, replyOf('payment.completed'));
    await one.start('return', orderId, { orderId }, null);
    await other.reply(types, orderId, replyOf('shipment.created'));
    await other.reply(types, orderId, replyOf('payment.completed'));
    expect(await statusOf(`return:${orderId}`)).toBe('completed');
    expect((await queries.find(`order:${orderId}`))?.history.at(-1)?.kind).toBe('completed');
  });

  it('carry on with what another one has begun, and act once for each timer and each answer', async () => {
    const quick = sagaOf('order', [paymentStep({ deadlineMs: 30, repeatMs: 60_000 })]);
    const workers = Array.from({ length: 4 }, () => worker(quick));
    const orders = Array.from({ length: 40 }, () => randomUUID());
    await Promise.all(
      orders.map((orderId, index) => workers[index % 4]?.start('order', orderId, { orderId }, null)),
    );
    const errors: unknown[] = [];
    // The first worker, which began a quarter of them, is gone.
    const timers = workers
      .slice(1)
      .map(
        (engine) =>
          new SagaTimers(engine, queries, { onError: (error) => errors.push(error), lookEveryMs: 20 }),
      );
    for (const timer of timers) timer.start();
    const all = async (status: string) =>
      (await Promise.all(orders.map((orderId) => statusOf(`order:${orderId}`)))).every(
        (one) => one === status,
      );
    await eventually(() => all('compensating'), { what: 'every deadline' });
    await Promise.all(
      orders.flatMap((orderId) =>
        workers.slice(1).map((engine) => engine.reply('order', orderId, replyOf('payment.refunded'))),
      ),
    );
    await Promise.all(timers.map((timer) => timer.stop()));
    expect(await all('compensated')).toBe(true);
    expect(errors).toEqual([]);
    for (const orderId of orders) {
      const kinds = (await queries.find(`order:${orderId}`))?.history.map(({ kind }) => kind) ?? [];
      for (const once of ['step_timed_out', 'undo_requested', 'undo_completed', 'compensated']) {
        expect(kinds.filter((kind) => kind === once)).toHaveLength(1);
      }
    }
  });

  it('leave to a person what nobody has answered for a day, and ask for it no more', async () => {
    const [one] = both();
    const orderId = randomUUID();
    await one.start('order', orderId, { orderId }, null);
    await one.cancel('order', orderId, { code: 'NO', message: 'no' }, null);
    await state.database.run(sql`
      update sagas set deadline = clock_timestamp(),
        state = jsonb_set(state, '{waitingFor,handOverAt}', to_jsonb(clock_timestamp()))
      where id = ${`order:${orderId}`}`);
    while (await one.expireOne());
    const left = await queries.find(`order:${orderId}`);
    expect(left).toMatchObject({
      status: 'needs_attention',
      deadline: null,
      refused: [{ step: 'payment', direction: 'undo', code: 'UNANSWERED' }],
    });
    expect(left?.history.filter(({ kind }) => kind === 'undo_requested')).toHaveLength(1);
    await one.reply(types, orderId, replyOf('payment.refunded'));
    expect(await statusOf(`order:${orderId}`)).toBe('compensated');
  });

  it('leave the deadline alone that another one has set, when theirs could not be handled', async () => {
    const [one] = both();
    const orderId = randomUUID();
    await one.start('order', orderId, { orderId }, null);
    const id = `order:${orderId}`;
    const store = new SagaStore(state.unitOfWork);
    const deadlineOf = async () =>
      (await state.database.row<{ at: Date }>(sql`select deadline as at from sagas where id = ${id}`))?.at;
    const set = await deadlineOf();
    await state.unitOfWork.run(() => store.postpone(id, 10));
    expect(await deadlineOf()).toEqual(set);
    await state.database.run(sql`update sagas set deadline = clock_timestamp() where id = ${id}`);
    const passed = await deadlineOf();
    await state.unitOfWork.run(() => store.postpone(id, 60_000));
    expect((await deadlineOf())?.getTime()).toBeGreaterThan((passed?.getTime() ?? 0) + 50_000);
  });

  it('end a saga on the version that it began with, and begin the next ones with the latest', async () => {
    const orderId = randomUUID();
    await worker(order).start('order', orderId, { orderId }, null);
    const next = worker(order, sagaOf('order', [paymentStep(), shipmentStep()], 2));
    const later = randomUUID();
    await next.start('order', later, { orderId: later }, null);
    for (const id of [orderId, later]) await next.reply('order', id, replyOf('payment.completed'));
    expect(await queries.find(`order:${orderId}`)).toMatchObject({ version: 1, status: 'completed' });
    expect(await queries.find(`order:${later}`)).toMatchObject({
      version: 2,
      status: 'running',
      step: 'shipment',
    });
    await expect(worker(order).reply('order', later, replyOf('shipment.created'))).rejects.toMatchObject({
      code: 'UNKNOWN_SAGA_VERSION',
    });
  });
});
