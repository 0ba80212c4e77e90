import { describe, expect, it } from 'vitest';
import { begun, type Choreography, type ChoreographyInput, follow, newChoreography } from './choreography';

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
    if (outcome.ask) asked.push(outcome.ask);
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

  it('asks for one part after the other when it is taken back, last one first, once each', () => {
    const answered = [takenBack, takenBack, undone('shipment'), undone('payment'), undone('inventory')];
    expect(after([takenBack, takenBack]).asked).toEqual(['shipment']);
    expect(after(answered).asked).toEqual(['shipment', 'payment', 'inventory']);
    expect(after(answered).moves).toEqual(['cancelled']);
    expect(after([undone('shipment'), undone('payment'), takenBack]).asked).toEqual(['inventory']);
  });

  describe('by its time', () => {
    const times = (inputs: readonly ChoreographyInput[]) => {
      const due: (number | null | undefined)[] = [];
      let { state } = begun;
      for (const input of inputs) {
        const outcome = follow(state, input);
        state = outcome.state;
        due.push(outcome.dueInMs === undefined ? undefined : outcome.dueInMs && outcome.dueInMs / 1_000);
      }
      return due;
    };

    it('gives each part its own; a repeated or late word gives no more', () => {
      expect(begun.dueInMs).toBe(60_000);
      expect(times([{ kind: 'reserved' }, { kind: 'paid' }, { kind: 'shipped' }])).toEqual([120, 60, null]);
      expect(times([{ kind: 'reserved' }, { kind: 'reserved' }])).toEqual([120, undefined]);
      expect(times([{ kind: 'paid' }, { kind: 'reserved' }])).toEqual([60, undefined]);
    });

    it('is taken back for it and asks again with longer and longer pauses', () => {
      const late = Array.from({ length: 7 }, (): ChoreographyInput => ({ kind: 'due' }));
      expect(times(late)).toEqual([30, 60, 120, 240, 480, 600, 600]);
      expect(after(late).asked).toEqual(Array(7).fill('shipment'));
      expect(follow(newChoreography, { kind: 'due' }).state.failure?.code).toBe('DEADLINE_PASSED');
    });

    it('is left to a person after a day without an answer, the other parts taken back', () => {
      const late = (times: number) =>
        Array.from({ length: times }, (): ChoreographyInput => ({ kind: 'due' }));
      const asking = [failed('shipment'), ...late(148)];
      const seconds = times(asking).reduce<number>((sum, due) => sum + (due ?? 0), 0);
      expect(seconds / 3_600).toBeGreaterThan(24);
      expect(seconds / 3_600).toBeLessThan(24.5);
      expect(after(asking).asked).toEqual(Array(148).fill('payment'));
      const over = after([...asking, ...late(1), undone('inventory')]);
      expect(over.asked.slice(148)).toEqual(['inventory']);
      expect(over.moves).toEqual(['needs_attention']);
    });

    it('asks again for what was refused when a person says so, and counts an answer that comes late', () => {
      const resumed: ChoreographyInput = { kind: 'resumed' };
      const refused: ChoreographyInput = { kind: 'undo_refused', part: 'payment' };
      const stuck = [takenBack, undone('shipment'), refused, undone('inventory')];
      expect(after([resumed]).asked).toEqual([]);
      expect(after([takenBack, refused, resumed]).asked).toEqual(['shipment']);
      expect(after([...stuck, resumed, resumed, undone('payment')])).toEqual({
        asked: ['shipment', 'payment', 'inventory', 'payment'],
        moves: ['needs_attention', 'cancelled'],
      });
      expect(after([...stuck, undone('payment'), resumed])).toEqual({
        asked: ['shipment', 'payment', 'inventory'],
        moves: ['needs_attention', 'cancelled'],
      });
    });

    it('asks for what the others do not take back by themselves', () => {
      const inputs: ChoreographyInput[] = [failed('shipment'), { kind: 'due' }, undone('payment')];
      expect(times(inputs)).toEqual([30, 30, 30]);
      expect(after(inputs).asked).toEqual(['payment', 'inventory']);
    });
  });
});
