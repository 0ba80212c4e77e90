import { describe, expect, it } from 'vitest';
import { type Choreography, type ChoreographyInput, follow, newChoreography } from './choreography';

const fault = { code: 'NO', message: 'no' };
const failed = (part: 'payment' | 'inventory' | 'shipment'): ChoreographyInput => ({
  kind: 'failed',
  part,
  fault,
});
const undone = (part: 'payment' | 'inventory' | 'shipment'): ChoreographyInput => ({ kind: 'undone', part });
const takenBack: ChoreographyInput = { kind: 'taken_back', fault };

function after(inputs: readonly ChoreographyInput[]) {
  const moves: string[] = [];
  const asked: string[] = [];
  let state: Choreography = newChoreography;
  for (const input of inputs) {
    const outcome = follow(state, input);
    state = outcome.state;
    moves.push(...outcome.moves);
    asked.push(...outcome.ask);
  }
  return { moves, asked };
}

describe('an order without a saga', () => {
  it.each<[string, ChoreographyInput[], string[]]>([
    [
      'goes to its end',
      [{ kind: 'reserved' }, { kind: 'paid' }, { kind: 'shipped' }],
      ['reserved', 'paid', 'shipped', 'completed'],
    ],
    ['ends at once when nothing was reserved', [failed('inventory')], ['cancelled']],
    ['waits for the stock when payment fails', [{ kind: 'reserved' }, failed('payment')], ['reserved']],
    ['ends when the stock is back', [failed('payment'), undone('inventory')], ['cancelled']],
    ['ends when the word of the stock came first', [undone('inventory'), failed('payment')], ['cancelled']],
    ['waits for stock and money when the shipment fails', [failed('shipment'), undone('inventory')], []],
    ['ends when both are back', [failed('shipment'), undone('payment'), undone('inventory')], ['cancelled']],
    [
      'needs attention when the money cannot be returned',
      [failed('shipment'), undone('inventory'), { kind: 'undo_refused', part: 'payment' }],
      ['needs_attention'],
    ],
    ['does not complete once it is taken back', [takenBack, { kind: 'paid' }, { kind: 'shipped' }], []],
  ])('%s', (_, inputs, moves) => {
    expect(after(inputs).moves).toEqual(moves);
  });

  it('asks every part back when it is taken back, once', () => {
    expect(after([takenBack, takenBack]).asked).toEqual(['shipment', 'inventory', 'payment']);
    expect(after([takenBack, undone('payment'), undone('shipment'), undone('inventory')]).moves).toEqual([
      'cancelled',
    ]);
  });
});
