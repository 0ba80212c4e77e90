import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type OrderContext, paymentStep, replyOf, sagaOf, shipmentStep } from '@/testing/saga-steps';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { SagaDefinitions } from './saga-definitions';
import type { SagaDefinition } from './saga-definition';
import { SagaEngine } from './saga-engine';
import { SagaQueries } from './saga-queries';
import { SagaTimers } from './saga-timers';
import { sagaMigrations } from './saga.migrations';

const why = { code: 'BY_HAND', message: 'wanted by the spec' };

describe('what a person and a timer do with a saga', () => {
  let state: ServiceState;
  let queries: SagaQueries;

  beforeAll(async () => {
    state = await serviceState('order', sagaMigrations);
    queries = new SagaQueries(state.database);
  });
  afterAll(() => state.close());

  function engineOf(definition: SagaDefinition<OrderContext>): SagaEngine {
    const definitions = new SagaDefinitions();
    definitions.register(definition);
    return new SagaEngine(state.unitOfWork, state.publisher, definitions);
  }

  async function begun(...steps: SagaDefinition<OrderContext>['steps']) {
    const engine = engineOf(sagaOf('order', steps));
    const orderId = randomUUID();
    await engine.start('order', orderId, { orderId }, null);
    return {
      engine,
      orderId,
      reply: (...of: Parameters<typeof replyOf>) => engine.reply('order', orderId, replyOf(...of)),
    };
  }

  const sagaFor = async (orderId: string) => {
    const saga = await queries.find(`order:${orderId}`);
    if (!saga) throw new Error(`There is no saga of ${orderId}.`);
    return saga;
  };
  const kinds = async (orderId: string) => (await sagaFor(orderId)).history.map(({ kind }) => kind);
  const asked = async (orderId: string) => {
    const events = await state.published();
    return events
      .map(({ data }) => data as { orderId: string; reason: string })
      .filter((data) => data.orderId === orderId)
      .map(({ reason }) => reason);
  };

  it('asks now for the step that is waited for, and for the undo', async () => {
    const { engine, orderId } = await begun(paymentStep());
    expect(await engine.retryStep('order', orderId)).toBe(true);
    expect(await asked(orderId)).toEqual(['do payment', 'do payment']);
    expect(await sagaFor(orderId)).toMatchObject({
      waitingFor: { step: 'payment', direction: 'do', attempt: 2 },
    });
    await engine.compensateNow('order', orderId, why);
    expect(await engine.retryStep('order', orderId)).toBe(true);
    expect(await asked(orderId)).toEqual(['do payment', 'do payment', 'undo payment', 'undo payment']);
    expect(await sagaFor(orderId)).toMatchObject({
      waitingFor: { step: 'payment', direction: 'undo', attempt: 2 },
    });
  });

  it('takes back a step that was asked for twice though one answer says that it failed', async () => {
    const { engine, orderId, reply } = await begun(paymentStep());
    await engine.retryStep('order', orderId);
    await reply('payment.failed', { code: 'NO', message: 'no' });
    expect(await asked(orderId)).toEqual(['do payment', 'do payment', 'undo payment']);
  });

  it('compensates at a word, once, and not after the end', async () => {
    const { engine, orderId, reply } = await begun(paymentStep());
    expect(await engine.compensateNow('order', orderId, why)).toBe(true);
    expect(await engine.compensateNow('order', orderId, why)).toBe(false);
    await reply('payment.refunded');
    expect(await sagaFor(orderId)).toMatchObject({ status: 'compensated', reason: why });
    expect(await engine.compensateNow('order', orderId, why)).toBe(false);
    expect(await engine.retryStep('order', orderId)).toBe(false);
  });

  it('ends what needs attention at a word, which stays in the history', async () => {
    const { engine, orderId, reply } = await begun(paymentStep());
    expect(await engine.markResolved('order', orderId, why)).toBe(false);
    await engine.compensateNow('order', orderId, why);
    await reply('payment.refund.failed', { code: 'DISPUTED', message: 'no', amountAtRisk: 20 });
    expect(await sagaFor(orderId)).toMatchObject({ status: 'needs_attention', amountAtRisk: { amount: 20 } });
    expect(await engine.markResolved('order', orderId, why)).toBe(true);
    expect(await engine.resume('order', orderId)).toBe(false);
    const saga = await sagaFor(orderId);
    expect(saga).toMatchObject({ status: 'compensated', amountAtRisk: null, refused: [] });
    expect(saga.history.at(-3)).toMatchObject({ kind: 'resolved', detail: { reason: why } });
  });

  it('counts an undo as done that was refused before and is answered after all', async () => {
    const { engine, orderId, reply } = await begun(paymentStep());
    await engine.compensateNow('order', orderId, why);
    await reply('payment.refund.failed', { code: 'DISPUTED', message: 'no' });
    await reply('payment.refunded');
    expect(await sagaFor(orderId)).toMatchObject({ status: 'compensated', undone: ['payment'], refused: [] });
  });

  it('never takes back a forward step, goes on after a refused one, and asks for it again when resumed', async () => {
    const mail = {
      ...shipmentStep(),
      name: 'mail',
      replies: { done: 'notification.sent', refused: 'notification.failed' },
    } as const;
    const { engine, orderId, reply } = await begun(paymentStep(), shipmentStep(), mail);
    await reply('payment.completed');
    expect(await engine.compensateNow('order', orderId, why)).toBe(false);
    await reply('shipment.failed', { code: 'NO_LABEL', message: 'no' });
    expect(await sagaFor(orderId)).toMatchObject({ status: 'running', step: 'mail' });
    await reply('notification.sent');
    expect(await sagaFor(orderId)).toMatchObject({
      status: 'needs_attention',
      completedSteps: ['payment', 'mail'],
    });
    expect(await engine.resume('order', orderId)).toBe(true);
    expect(await sagaFor(orderId)).toMatchObject({ status: 'running', step: 'shipment' });
    await reply('shipment.created');
    expect(await sagaFor(orderId)).toMatchObject({ status: 'completed' });
    expect((await kinds(orderId)).filter((kind) => kind.startsWith('undo'))).toEqual([]);
  });

  it('asks again after a passing refusal by a durable timer, and gives up with the last attempt', async () => {
    const retry = { attempts: 3, firstMs: 20, maxMs: 40, codes: ['BUSY'] };
    const { engine, orderId, reply } = await begun({ ...paymentStep(), retry });
    const errors: unknown[] = [];
    await reply('payment.failed', { code: 'BUSY', message: 'busy' });
    expect(await sagaFor(orderId)).toMatchObject({
      status: 'running',
      waitingFor: { refusal: { code: 'BUSY' } },
    });
    await reply('payment.failed', { code: 'BUSY', message: 'busy, told twice' });
    const timers = new SagaTimers(engine, queries, {
      onError: (error) => errors.push(error),
      lookEveryMs: 20,
    });
    timers.start();
    for (const attempt of [2, 3]) {
      await eventually(async () => (await asked(orderId)).length === attempt, { what: `attempt ${attempt}` });
      await reply('payment.failed', { code: 'BUSY', message: 'busy' });
    }
    await timers.stop();
    expect(errors).toEqual([]);
    expect(await asked(orderId)).toEqual(['do payment', 'do payment', 'do payment', 'undo payment']);
    const paused = (await kinds(orderId)).filter((kind) => kind === 'step_paused' || kind === 'step_failed');
    expect(paused).toEqual(['step_paused', 'step_paused', 'step_failed']);
  });

  it('does not ask again after another refusal, nor when the deadline is over', async () => {
    const retry = { attempts: 3, firstMs: 20, maxMs: 40, codes: ['BUSY'] };
    const refused = await begun({ ...paymentStep(), retry });
    await refused.reply('payment.failed', { code: 'NO_MONEY', message: 'no' });
    expect(await sagaFor(refused.orderId)).toMatchObject({
      status: 'compensated',
      reason: { code: 'NO_MONEY' },
    });
    const late = await begun({ ...paymentStep({ deadlineMs: 100, repeatMs: 60_000 }), retry });
    await late.reply('payment.failed', { code: 'BUSY', message: 'busy' });
    const until = Date.parse((await sagaFor(late.orderId)).history[1]?.detail['deadline'] as string);
    await eventually(() => Date.now() > until);
    expect(await late.engine.expireOne()).toBe(true);
    expect(await sagaFor(late.orderId)).toMatchObject({ status: 'compensated', reason: { code: 'BUSY' } });
    expect(await asked(late.orderId)).toEqual(['do payment']);
  });

  it('knows nothing of a saga that is not there', async () => {
    const engine = engineOf(sagaOf('order', [paymentStep()]));
    const notFound = { code: 'SAGA_NOT_FOUND' };
    await expect(engine.retryStep('order', 'nobody')).rejects.toMatchObject(notFound);
    await expect(engine.compensateNow('order', 'nobody', why)).rejects.toMatchObject(notFound);
    await expect(engine.markResolved('order', 'nobody', why)).rejects.toMatchObject(notFound);
  });
});
