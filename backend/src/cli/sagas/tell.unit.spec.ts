import { describe, expect, it } from 'vitest';
import type { SagaView } from '@/infrastructure/saga/saga-view';
import { agoOf, entryText, headline, tellSaga, whyOf } from './tell';

const since = '2026-03-01T10:00:00.000000Z';
const refusal = { code: 'NO_CARRIER', message: 'Nobody goes there.' };
const running: SagaView = {
  id: 'order:4711',
  type: 'order',
  version: 1,
  orderId: '4711',
  status: 'running',
  step: 'payment',
  deadline: '2026-03-01T10:02:00.000Z',
  completedSteps: [],
  undone: [],
  reason: null,
  waitingFor: { kind: 'answer', step: 'payment', direction: 'do', attempt: 1, since },
  refused: [],
  amountAtRisk: null,
  startedAt: since,
  updatedAt: since,
  historyLength: 2,
  history: [
    { at: since, step: null, kind: 'started', eventId: 'e1', detail: {} },
    {
      at: '2026-03-01T10:00:02.500000Z',
      step: 'payment',
      kind: 'step_requested',
      eventId: null,
      detail: { attempt: 1 },
    },
  ],
};
const answer = { kind: 'answer', step: 'payment', since } as const;

describe('what a saga does', () => {
  it.each<[string, Partial<SagaView>, string]>([
    ['waits for payment', {}, ''],
    ['waits for payment, asked 3 times', { waitingFor: { ...answer, direction: 'do', attempt: 3 } }, ''],
    [
      'pauses before payment',
      { waitingFor: { ...answer, direction: 'do', attempt: 1, refusal } },
      'NO_CARRIER: Nobody goes there.',
    ],
    [
      'takes back payment, asked 2 times',
      { status: 'compensating', reason: refusal, waitingFor: { ...answer, direction: 'undo', attempt: 2 } },
      'NO_CARRIER: Nobody goes there.',
    ],
    [
      'needs attention',
      {
        status: 'needs_attention',
        reason: refusal,
        waitingFor: { kind: 'person', since },
        refused: [{ step: 'payment', direction: 'undo', code: 'DISPUTED', message: 'No.' }],
      },
      'payment: DISPUTED: No.',
    ],
    ['completed', { status: 'completed', waitingFor: null }, ''],
  ])('%s', (said, changes, why) => {
    const saga = { ...running, ...changes };
    expect([headline(saga), whyOf(saga)]).toEqual([said, why]);
  });

  it('is told with its way there, and with what can be done', () => {
    const [first, ...lines] = tellSaga(running);
    expect(first).toMatch(/^order 4711 {2}waits for payment, for \S/);
    expect(lines).toEqual([
      '  saga        order:4711 (order, version 1), started 2026-03-01T10:00:00.000000Z',
      '  done        nothing',
      '  until       2026-03-01T10:02:00.000Z',
      '  you can     npm run sagas -- retry-step order:4711',
      '              npm run sagas -- compensate order:4711 --reason TEXT',
      '',
      '  2026-03-01T10:00:00.000000Z            started  (e1)',
      '  2026-03-01T10:00:02.500000Z     +2.5s  payment: asked for',
      '',
    ]);
  });

  it('offers nothing for one that is over', () => {
    expect(tellSaga({ ...running, status: 'completed', waitingFor: null }).join('\n')).not.toContain(
      'npm run',
    );
  });
});

it.each([
  [8, '8ms'],
  [12_340, '12.3s'],
  [200_000, '3m 20s'],
  [7_500_000, '2h 5m'],
  [90_000_000, '1d 1h'],
  [-5, '0ms'],
])('%i ms are %s', (ms, text) => {
  expect(agoOf(since, Date.parse(since) + ms)).toBe(text);
});

it.each([
  ['step_requested', { attempt: 2 }, 'payment: asked for, attempt 2'],
  ['step_paused', { refusal }, 'payment: refused for now: NO_CARRIER: Nobody goes there.'],
  ['compensation_started', { reason: refusal }, 'payment: turns back: NO_CARRIER: Nobody goes there.'],
  ['ignored', { input: 'step_done' }, 'payment: nothing changed by step done'],
  ['some_day_more', {}, 'payment: some day more'],
])('the entry %s is said', (kind, detail, said) => {
  expect(entryText({ at: since, step: 'payment', kind, eventId: null, detail })).toBe(said);
});
