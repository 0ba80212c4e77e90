import { expect, it } from 'vitest';
import type { SagaStatus } from '@/infrastructure/saga/saga-state';
import { sagaMeant } from './saga-meant';

const saga = (id: string, status: SagaStatus) => ({ id, status });

it.each([
  ['nothing', [], undefined],
  ['the only one, over or not', [saga('order:7', 'completed')], 'order:7'],
  ['the one of that id', [saga('return:7', 'running'), saga('7', 'completed')], '7'],
  [
    'the one that is not over',
    [saga('return:7', 'needs_attention'), saga('order:7', 'completed')],
    'return:7',
  ],
])('an id means %s', (_, about, id) => {
  expect(sagaMeant('7', about)).toBe(id);
});

it.each([
  [[saga('return:7', 'compensated'), saga('order:7', 'completed')]],
  [[saga('return:7', 'running'), saga('order:7', 'compensating'), saga('gift:7', 'completed')]],
])('an id of several is not guessed: %j', (about) => {
  expect(() => sagaMeant('7', about)).toThrow(
    expect.objectContaining({
      code: 'SAGA_AMBIGUOUS',
      message: expect.stringContaining('return:7, order:7'),
    }),
  );
});
