import { describe, expect, it } from 'vitest';
import { NotHereError } from '@/infrastructure/kafka/delivery/delivery.errors';
import type { ForwardStep, RemoteStep, RetryPolicy, SagaDefinition } from './saga-definition';
import { SagaDefinitions } from './saga-definitions';

const step: RemoteStep<unknown> = {
  kind: 'remote',
  name: 'payment',
  deadlineMs: 1_000,
  request: () => ({ eventType: 'payment.refund.requested', data: { orderId: 'o', reason: 'r' } }),
  replies: { done: 'payment.completed', failed: 'payment.failed' },
  undo: {
    request: () => ({ eventType: 'payment.refund.requested', data: { orderId: 'o', reason: 'r' } }),
    replies: { done: 'payment.refunded', refused: 'payment.refund.failed' },
    repeat: { firstMs: 10, maxMs: 100 },
  },
};

const forward: ForwardStep<unknown> = {
  kind: 'forward',
  name: 'mail',
  request: () => ({ eventType: 'payment.refund.requested', data: { orderId: 'o', reason: 'r' } }),
  replies: { done: 'shipment.created' },
  repeat: { firstMs: 10, maxMs: 100 },
};

const retried = (retry: Partial<RetryPolicy>): RemoteStep<unknown> => ({
  ...step,
  retry: { attempts: 3, firstMs: 100, maxMs: 1_000, codes: ['BUSY'], ...retry },
});

const saga = (
  version: number,
  steps: SagaDefinition<unknown>['steps'] = [step],
): SagaDefinition<unknown> => ({
  type: 'order',
  version,
  steps,
});

describe('saga definitions', () => {
  it('give the latest version to new sagas and each version to its own', () => {
    const definitions = new SagaDefinitions();
    definitions.register(saga(1));
    definitions.register(saga(2));
    expect(definitions.latest('order').definition.version).toBe(2);
    expect(definitions.of('order', 1).definition.version).toBe(1);
  });

  it.each([
    ['without steps', saga(1, [])],
    [
      'with two steps of one name',
      saga(1, [step, { kind: 'local', name: 'payment', check: () => undefined }]),
    ],
    ['with a deadline of nothing', saga(1, [{ ...step, deadlineMs: 0 }])],
    ['with one answer for two steps', saga(1, [step, { ...step, name: 'inventory' }])],
    [
      'with an undo that is never repeated',
      saga(1, [{ ...step, undo: { ...step.undo, repeat: { firstMs: 0, maxMs: 0 } } }]),
    ],
    ['whose retries do not fit into the deadline', saga(1, [retried({ firstMs: 400 })])],
    ['with one attempt in all', saga(1, [retried({ attempts: 1 })])],
    ['with a retry for no code', saga(1, [retried({ codes: [] })])],
    ['with retries without a pause', saga(1, [retried({ firstMs: 0 })])],
    ['with a step that can fail after one that is never taken back', saga(1, [forward, step])],
    [
      'with a forward step that is never repeated',
      saga(1, [step, { ...forward, repeat: { firstMs: 0, maxMs: 0 } }]),
    ],
  ])('refuse a definition %s', (_, definition) => {
    expect(() => new SagaDefinitions().register(definition)).toThrow(
      expect.objectContaining({ code: 'INVALID_SAGA_DEFINITION' }),
    );
  });

  it('take one whose retries fit into the deadline, and one that ends in a forward step', () => {
    const definitions = new SagaDefinitions();
    expect(() => definitions.register(saga(1, [retried({ firstMs: 300 })]))).not.toThrow();
    expect(() => definitions.register(saga(2, [step, forward]))).not.toThrow();
  });

  it('refuse the same version twice', () => {
    const definitions = new SagaDefinitions();
    definitions.register(saga(1));
    expect(() => definitions.register(saga(1))).toThrow(
      expect.objectContaining({ code: 'INVALID_SAGA_DEFINITION' }),
    );
  });

  it('refuse to start where an unfinished saga needs another version', () => {
    const definitions = new SagaDefinitions();
    definitions.register(saga(2));
    expect(() => definitions.refuseUnknown([{ type: 'order', version: 2, count: 4 }])).not.toThrow();
    expect(() => definitions.refuseUnknown([{ type: 'order', version: 1, count: 4 }])).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_SAGA_VERSION',
        message: expect.stringContaining("4 of 'order' version 1"),
      }),
    );
  });

  it('leave an event of a later version, which came while the process runs, to one that has it', () => {
    expect(() => new SagaDefinitions().of('order', 2)).toThrow(NotHereError);
  });
});
