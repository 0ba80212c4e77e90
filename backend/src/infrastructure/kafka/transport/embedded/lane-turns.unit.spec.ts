import { describe, expect, it } from 'vitest';
import { LaneTurns } from './lane-turns';

function held() {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { gate, open: () => open() };
}

describe('lane turns', () => {
  it('begin at once where nothing is under way', () => {
    const seen: string[] = [];
    void new LaneTurns().run(['a'], async () => void seen.push('a'));
    expect(seen).toEqual(['a']);
  });

  it('wait for what shares a lane, and only for that', async () => {
    const turns = new LaneTurns();
    const seen: string[] = [];
    const { gate, open } = held();
    const first = turns.run(['a', 'b'], () => gate.then(() => void seen.push('first')));
    const second = turns.run(['b'], async () => void seen.push('second'));
    await turns.run(['c'], async () => void seen.push('other'));
    expect(seen).toEqual(['other']);
    open();
    await Promise.all([first, second]);
    expect(seen).toEqual(['other', 'first', 'second']);
  });

  it('go on after a failure', async () => {
    const turns = new LaneTurns();
    const failing = turns.run(['a'], async () => {
      throw new Error('no');
    });
    const next = turns.run(['a'], async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
    await turns.idle();
  });
});
