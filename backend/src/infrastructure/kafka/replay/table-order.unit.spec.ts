import { describe, expect, it } from 'vitest';
import { inOrderOfReferences } from './table-order';

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'REPLAY_NOT_REBUILDABLE', message: expect.stringMatching(message) });

describe('the order of rebuilt tables', () => {
  it('has parents before children', () => {
    const references = [
      { from: 'lines', to: 'orders' },
      { from: 'orders', to: 'users' },
      { from: 'orders', to: 'orders' },
    ];
    expect(inOrderOfReferences(['lines', 'orders', 'users', 'notes'], references)).toEqual([
      'users',
      'notes',
      'orders',
      'lines',
    ]);
  });

  it('leaves references to other tables alone', () => {
    expect(inOrderOfReferences(['lines'], [{ from: 'lines', to: 'orders' }])).toEqual(['lines']);
  });

  it('is none where another table refers into it', () => {
    const references = [{ from: 'lines', to: 'orders' }];
    expect(() => inOrderOfReferences(['orders'], references)).toThrow(refused(/'lines' refers to 'orders'/));
  });

  it('is none in a circle', () => {
    const references = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ];
    expect(() => inOrderOfReferences(['a', 'b'], references)).toThrow(refused(/circle/));
  });
});
