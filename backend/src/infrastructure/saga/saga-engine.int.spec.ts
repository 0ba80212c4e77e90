import type { EventType, ShopEvent } from '@shop/contracts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type ServiceState, serviceState } from '@/testing/service-state';
import type { RemoteStep, SagaDefinition } from './saga-definition';
import { SagaDefinitions } from './saga-definitions';
import { SagaEngine } from './saga-engine';
import { SagaQueries } from './saga-queries';
import { SagaTimers } from './saga-timers';
import { SagaWatch } from './saga-watch';
import { sagaMigrations } from './saga.migrations';

interface Context {
  readonly orderId: string;
}

const reason = { code: 'TEST', message: 'wanted by the spec' };

function remote(
  name: string,
  replies: RemoteStep<Context>['replies'],
  undone: EventType,
  timing: { deadlineMs: number; repeatMs: number },
): RemoteStep<Context> {
  return {
    kind: 'remote',
    name,
    deadlineMs: timing.deadlineMs,
    request: ({ orderId }) => ({
      eventType: 'inventory.release.requested',
      data: { orderId, reason: `do ${name}` },
    }),
    replies,
    undo: {
      request: ({ orderId }, why) => ({
        eventType: 'payment.refund.requested',
        data: { orderId, reason: `undo ${name}: ${why.code}` },
      }),
      replies: { done: undone },
      repeat: { firstMs: timing.repeatMs, maxMs: timing.repeatMs * 4 },
    },
  };
}

function definitionOf(timing = { deadlineMs: 60_000, repeatMs: 60_000 }): SagaDefinition<Context> {
  return {
    type: 'order',
    version: 1,
    steps: [
      remote('payment', { done: 'payment.completed', failed: 'payment.failed' }, 'payment.refunded', timing),
      remote(
        'shipment',
        { done: 'shipment.created', failed: 'shipment.failed' },
        'shipment.cancelled',
        timing,
      ),
    ],
  };
}

function reply(eventType: EventType, data: Record<string, unknown> = {}): ShopEvent {
  return { eventId: randomUUID(), eventType, data, schemaVersion: 1 } as unknown as ShopEvent;
}

describe('the saga engine', () => {
  let state: ServiceState;
  let queries: SagaQueries;

  beforeAll(async () => {
    state = await serviceState('order', sagaMigrations);
    queries = new SagaQueries(state.database);
  });
  afterAll(() => state.close());

  function engineOf(definition = definitionOf()): SagaEngine {
    const definitions = new SagaDefinitions();
    definitions.register(definition);
    return new SagaEngine(state.unitOfWork, state.publisher, definitions);
  }

  const asked = async (orderId: string) => {
    const events = await state.published();
    return events
      .map(({ data }) => data as { orderId: string; reason: string })
      .filter((data) => data.orderId === orderId)
      .map((data) => data.reason);
  };

  it('starts once per subject, however many start it at the same time', async () => {
    const engine = engineOf();
    const orderId = randomUUID();
    const starts = await Promise.all(
      Array.from({ length: 8 }, () => engine.start('order', orderId, { orderId }, null)),
    );
    expect(starts.filter(Boolean)).toHaveLength(1);
    expect(await asked(orderId)).toEqual(['do payment']);
  });

  it('keeps state, history and messages together, and ignores repeated and late answers', async () => {
    const engine = engineOf();
    const orderId = randomUUID();
    await engine.start('order', orderId, { orderId }, 'event-1');
    const paid = reply('payment.completed');
    await engine.reply('order', orderId, paid);
    await engine.reply('order', orderId, paid);
    await engine.reply('order', orderId, reply('payment.failed', { code: 'LATE', message: 'late' }));
    await engine.reply('order', orderId, reply('shipment.created'));
    const saga = await queries.find(`order:${orderId}`);
    expect(saga).toMatchObject({
      status: 'completed',
      completedSteps: ['payment', 'shipment'],
      deadline: null,
    });
    expect(saga?.history.map(({ kind, step }) => [kind, step])).toEqual([
      ['started', null],
      ['step_requested', 'payment'],
      ['step_completed', 'payment'],
      ['step_requested', 'shipment'],
      ['ignored', 'payment'],
      ['ignored', 'payment'],
      ['step_completed', 'shipment'],
      ['completed', null],
    ]);
    expect(saga?.history[0]?.eventId).toBe('event-1');
    expect(await asked(orderId)).toEqual(['do payment', 'do shipment']);
  });

  it('lets of two different answers at once only one decide', async () => {
    const engine = engineOf();
    const orderId = randomUUID();
    await engine.start('order', orderId, { orderId }, null);
    await Promise.all([
      engine.reply('order', orderId, reply('payment.completed')),
      engine.cancel('order', orderId, reason, null),
    ]);
    const saga = await queries.find(`order:${orderId}`);
    expect(saga?.status).toBe('compensating');
    expect((await asked(orderId)).filter((text) => text.startsWith('undo payment'))).toHaveLength(
      saga?.completedSteps.includes('payment') && saga.step === 'shipment' ? 0 : 1,
    );
  });

  it('rolls the whole advance back when a message is refused', async () => {
    const definition = definitionOf();
    const [payment, shipment] = definition.steps as [RemoteStep<Context>, RemoteStep<Context>];
    const broken: RemoteStep<Context> = {
      ...shipment,
      request: () => ({ eventType: 'inventory.release.requested', data: {} as never }),
    };
    const engine = engineOf({ ...definition, steps: [payment, broken] });
    const orderId = randomUUID();
    await engine.start('order', orderId, { orderId }, null);
    const answer = engine.reply('order', orderId, reply('payment.completed'));
    await expect(answer).rejects.toMatchObject({ code: 'INVALID_EVENT_DATA' });
    expect(await queries.find(`order:${orderId}`)).toMatchObject({ status: 'running', step: 'payment' });
  });

  it('compensates a step without an answer at its deadline and repeats the undo until it is answered', async () => {
    const engine = engineOf(definitionOf({ deadlineMs: 20, repeatMs: 20 }));
    const errors: unknown[] = [];
    const timers = [1, 2, 3].map(
      () => new SagaTimers(engine, queries, { onError: (error) => errors.push(error) }),
    );
    for (const timer of timers) timer.start();
    const orderId = randomUUID();
    await engine.start('order', orderId, { orderId }, null);
    await eventually(async () => (await asked(orderId)).length >= 3, { what: 'a repeated undo' });
    await engine.reply('order', orderId, reply('payment.refunded'));
    const saga = await new SagaWatch(engine, queries).until(
      `order:${orderId}`,
      ({ status }) => status === 'compensated',
    );
    await Promise.all(timers.map((timer) => timer.stop()));
    expect(errors).toEqual([]);
    expect(saga).toMatchObject({ reason: { code: 'DEADLINE_PASSED' }, undone: ['payment'], deadline: null });
    const [first, ...undos] = await asked(orderId);
    expect(first).toBe('do payment');
    expect(new Set(undos)).toEqual(new Set(['undo payment: DEADLINE_PASSED']));
    expect(saga.history.filter(({ kind }) => kind === 'step_timed_out')).toHaveLength(1);
    expect(saga.history.filter(({ kind }) => kind === 'undo_requested')).toHaveLength(undos.length);
  });

  it('does not let one saga that cannot be moved hold up the others', async () => {
    const definition = definitionOf({ deadlineMs: 20, repeatMs: 60_000 });
    const [payment, shipment] = definition.steps as [RemoteStep<Context>, RemoteStep<Context>];
    const undo: RemoteStep<Context>['undo'] = {
      ...payment.undo,
      request: (context, why) =>
        context.orderId.startsWith('poison')
          ? { eventType: 'payment.refund.requested', data: {} as never }
          : payment.undo.request(context, why),
    };
    const engine = engineOf({ ...definition, steps: [{ ...payment, undo }, shipment] });
    const [poison, healthy] = [`poison-${randomUUID()}`, randomUUID()];
    await engine.start('order', poison, { orderId: poison }, null);
    await engine.start('order', healthy, { orderId: healthy }, null);
    const errors: unknown[] = [];
    const timers = new SagaTimers(engine, queries, { onError: (error) => errors.push(error) });
    timers.start();
    await eventually(async () => (await queries.find(`order:${healthy}`))?.status === 'compensating');
    await timers.stop();
    expect(errors).toEqual([expect.objectContaining({ code: 'INVALID_EVENT_DATA' })]);
    expect(await queries.find(`order:${poison}`)).toMatchObject({ status: 'running', step: 'payment' });
  });

  it('does not answer for a subject that has no saga', async () => {
    expect(await engineOf().reply('order', randomUUID(), reply('payment.completed'))).toBe(false);
    await expect(engineOf().resume('order', 'nobody')).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
  });

  it('counts the unfinished ones of each version, which start-up checks', async () => {
    const orderId = randomUUID();
    await engineOf().start('order', orderId, { orderId }, null);
    const unfinished = await queries.unfinishedVersions();
    expect(unfinished).toEqual([{ type: 'order', version: 1, count: expect.any(Number) }]);
    expect(() => new SagaDefinitions().refuseUnknown(unfinished)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_SAGA_VERSION' }),
    );
  });
});
