import { describe, expect, it } from 'vitest';
import { decide, type SagaInput } from './decide';
import type { RemoteStep, SagaDefinition } from './saga-definition';
import { evolve, newSaga, type SagaFact, type SagaState } from './saga-state';

const remote = (name: string): RemoteStep<unknown> => ({
  kind: 'remote',
  name,
  deadlineMs: 1_000,
  request: () => ({ eventType: 'payment.refund.requested', data: { orderId: 'o', reason: name } }),
  replies: { done: 'payment.completed', failed: 'payment.failed' },
  undo: {
    request: () => ({ eventType: 'payment.refund.requested', data: { orderId: 'o', reason: name } }),
    replies: { done: 'payment.refunded' },
    repeat: { firstMs: 10, maxMs: 100 },
  },
});

const definition: SagaDefinition<{ valid: boolean }> = {
  type: 'test',
  version: 1,
  steps: [
    { kind: 'local', name: 'check', check: ({ valid }) => (valid ? undefined : refusal) },
    remote('payment'),
    remote('inventory'),
  ],
};

const now = new Date('2026-01-01T00:00:00.000Z');
const refusal = { code: 'NO', message: 'no' };
const start: SagaInput = { kind: 'start' };
const done = (step: string): SagaInput => ({ kind: 'step_done', step });
const failed = (step: string): SagaInput => ({ kind: 'step_failed', step, refusal });
const undone = (step: string): SagaInput => ({ kind: 'undo_done', step });
const undoRefused = (step: string): SagaInput => ({ kind: 'undo_refused', step, refusal });
const timer: SagaInput = { kind: 'timer' };
const cancel: SagaInput = { kind: 'cancel', reason: refusal };

function given(inputs: readonly SagaInput[], context = { valid: true }): SagaState {
  return inputs.reduce<SagaState>(
    (state, input) => decide({ definition, context, now }, state, input).reduce(evolve, state),
    newSaga,
  );
}

const kinds = (facts: readonly SagaFact[]) =>
  facts.map((fact) => ('step' in fact && fact.step ? `${fact.kind} ${fact.step}` : fact.kind));

const table: readonly {
  name: string;
  given: SagaInput[];
  when: SagaInput;
  expected: string[];
  status: string;
}[] = [
  {
    name: 'runs local steps at once and asks for the first remote one',
    given: [],
    when: start,
    expected: ['started', 'step_completed check', 'step_requested payment'],
    status: 'running',
  },
  {
    name: 'goes on with the next step',
    given: [start],
    when: done('payment'),
    expected: ['step_completed payment', 'step_requested inventory'],
    status: 'running',
  },
  {
    name: 'completes after the last step',
    given: [start, done('payment')],
    when: done('inventory'),
    expected: ['step_completed inventory', 'completed'],
    status: 'completed',
  },
  {
    name: 'ends at once when the first step fails and nothing has to be undone',
    given: [start],
    when: failed('payment'),
    expected: ['step_failed payment', 'compensation_started', 'compensated'],
    status: 'compensated',
  },
  {
    name: 'undoes completed steps when a later one fails, not the failed one',
    given: [start, done('payment')],
    when: failed('inventory'),
    expected: ['step_failed inventory', 'compensation_started', 'undo_requested payment'],
    status: 'compensating',
  },
  {
    name: 'is compensated after the last undo',
    given: [start, done('payment'), failed('inventory')],
    when: undone('payment'),
    expected: ['undo_completed payment', 'compensated'],
    status: 'compensated',
  },
  {
    name: 'undoes a step whose deadline passed too, as its outcome is unknown',
    given: [start, done('payment')],
    when: timer,
    expected: ['step_timed_out inventory', 'compensation_started', 'undo_requested inventory'],
    status: 'compensating',
  },
  {
    name: 'undoes in reverse order',
    given: [start, done('payment'), timer],
    when: undone('inventory'),
    expected: ['undo_completed inventory', 'undo_requested payment'],
    status: 'compensating',
  },
  {
    name: 'asks again for an undo that is not answered',
    given: [start, done('payment'), failed('inventory'), timer],
    when: timer,
    expected: ['undo_requested payment'],
    status: 'compensating',
  },
  {
    name: 'goes on with the other undos when one is refused',
    given: [start, done('payment'), timer],
    when: undoRefused('inventory'),
    expected: ['undo_refused inventory', 'undo_requested payment'],
    status: 'compensating',
  },
  {
    name: 'needs attention when an undo was refused',
    given: [start, done('payment'), timer, undoRefused('inventory')],
    when: undone('payment'),
    expected: ['undo_completed payment', 'needs_attention'],
    status: 'needs_attention',
  },
  {
    name: 'asks again for refused undos when it is resumed',
    given: [start, done('payment'), failed('inventory'), undoRefused('payment')],
    when: { kind: 'resume' },
    expected: ['resumed', 'undo_requested payment'],
    status: 'compensating',
  },
  {
    name: 'takes back the step in progress when it is cancelled',
    given: [start],
    when: cancel,
    expected: ['compensation_started', 'undo_requested payment'],
    status: 'compensating',
  },
  {
    name: 'ignores a late success of a step that is being undone',
    given: [start, timer],
    when: done('payment'),
    expected: ['ignored payment'],
    status: 'compensating',
  },
  {
    name: 'ignores a late failure of a step that is being undone',
    given: [start, timer],
    when: failed('payment'),
    expected: ['ignored payment'],
    status: 'compensating',
  },
  {
    name: 'ignores a repeated answer',
    given: [start, done('payment')],
    when: done('payment'),
    expected: ['ignored payment'],
    status: 'running',
  },
  {
    name: 'ignores an answer to a step that was not asked for yet',
    given: [start],
    when: done('inventory'),
    expected: ['ignored inventory'],
    status: 'running',
  },
  {
    name: 'ignores an undo that is answered twice',
    given: [start, timer, undone('payment')],
    when: undone('payment'),
    expected: ['ignored payment'],
    status: 'compensated',
  },
  {
    name: 'ignores a cancellation after the end',
    given: [start, done('payment'), done('inventory')],
    when: cancel,
    expected: ['ignored'],
    status: 'completed',
  },
  {
    name: 'ignores a second cancellation',
    given: [start, cancel],
    when: cancel,
    expected: ['ignored'],
    status: 'compensating',
  },
  {
    name: 'ignores a deadline after the end',
    given: [start, done('payment'), done('inventory')],
    when: timer,
    expected: ['ignored'],
    status: 'completed',
  },
];

describe('a saga', () => {
  it.each(table)('$name', ({ given: before, when, expected, status }) => {
    const state = given(before);
    const facts = decide({ definition, context: { valid: true }, now }, state, when);
    expect(kinds(facts)).toEqual(expected);
    expect(facts.reduce(evolve, state).status).toBe(status);
  });

  it('ends without asking anybody when a local step refuses', () => {
    const facts = decide({ definition, context: { valid: false }, now }, newSaga, start);
    expect(kinds(facts)).toEqual(['started', 'step_failed check', 'compensation_started', 'compensated']);
    expect(facts.reduce(evolve, newSaga).reason).toEqual(refusal);
  });

  it('keeps the names of what was done, in order, and of what was undone', () => {
    const state = given([start, done('payment'), done('inventory')]);
    expect(state.completedSteps).toEqual(['payment', 'inventory']);
    const undoneState = given([start, done('payment'), failed('inventory'), undone('payment')]);
    expect(undoneState).toMatchObject({ completedSteps: ['payment'], undone: ['payment'], reason: refusal });
  });

  describe('that nobody answers', () => {
    const forward = {
      type: 'test',
      version: 1,
      steps: [
        {
          kind: 'forward',
          name: 'refund',
          request: () => ({
            eventType: 'payment.refund.requested',
            data: { orderId: 'o', reason: 'refund' },
          }),
          replies: { done: 'payment.refunded' },
          repeat: { firstMs: 10, maxMs: 100 },
        },
      ],
    } as const satisfies SagaDefinition<unknown>;

    it.each<[string, SagaDefinition<unknown>, SagaInput[], SagaInput, string]>([
      ['an undo', definition as SagaDefinition<unknown>, [start, timer], undone('payment'), 'compensated'],
      ['a forward step', forward, [start], done('refund'), 'completed'],
    ])('%s is asked for during a day, then a person is; the answer still counts', (_, of, way, late, end) => {
      const at = (time: number) => ({
        definition: of,
        context: { valid: true },
        now: new Date(now.getTime() + time),
      });
      let state = way.reduce<SagaState>(
        (before, input) => decide(at(0), before, input).reduce(evolve, before),
        newSaga,
      );
      const handOver = 86_400_000;
      for (const time of [0, 10, handOver - 1]) {
        const { attempt = 0 } = state.waitingFor ?? {};
        state = decide(at(time), state, timer).reduce(evolve, state);
        expect(state.waitingFor?.attempt).toBe(attempt + 1);
      }
      const asked = state;
      state = decide(at(handOver), state, timer).reduce(evolve, state);
      expect(state).toMatchObject({ status: 'needs_attention', waitingFor: null });
      expect([...state.refusedUndos, ...state.refusedSteps]).toMatchObject([
        { refusal: { code: 'UNANSWERED' } },
      ]);
      expect(decide(at(handOver), state, late).reduce(evolve, state).status).toBe(end);
      const resumed = decide(at(handOver), state, { kind: 'resume' }).reduce(evolve, state);
      expect(resumed.waitingFor).toMatchObject({ step: asked.waitingFor?.step, attempt: 1 });
      expect(Date.parse(resumed.waitingFor?.handOverAt ?? '')).toBe(now.getTime() + 2 * handOver);
    });
  });

  it('comes to the same end whatever answers are repeated on the way', () => {
    const way = [start, done('payment'), failed('inventory'), undone('payment')];
    const repeated = way.flatMap((input): SagaInput[] =>
      input.kind === 'start' ? [input] : [input, input, input],
    );
    expect(given(repeated)).toEqual(given(way));
  });
});
