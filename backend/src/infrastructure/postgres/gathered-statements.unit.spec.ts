import { describe, expect, it, vi } from 'vitest';
import { GatheredStatements } from './gathered-statements';
import type { SqlSession } from './sql';

const session = {} as SqlSession;

function asking(atWork: number) {
  const sent: (readonly number[])[] = [];
  const gathered = new GatheredStatements(session, () => atWork);
  const doubled = async (_: SqlSession, args: readonly number[]) => {
    sent.push(args);
    if (args.includes(13)) throw new Error('refused');
    return args.map((arg) => arg * 2);
  };
  return { sent, ask: (arg: number) => gathered.ask(doubled, arg), gathered };
}

describe('statements of those who work side by side', () => {
  it('are one for what is asked in a turn, each with its own answer', async () => {
    const { sent, ask } = asking(10);
    const later = Promise.resolve().then(() => ask(3));
    expect(await Promise.all([ask(1), ask(2), later])).toEqual([2, 4, 6]);
    expect(sent).toEqual([[1, 2, 3]]);
    expect(await ask(4)).toBe(8);
    expect(sent).toHaveLength(2);
  });

  it('are sent at once when all who are at work wait for them', async () => {
    const { sent, ask } = asking(2);
    const turn = vi.fn();
    setImmediate(turn);
    await Promise.all([ask(1), ask(2)]);
    expect(sent).toEqual([[1, 2]]);
    expect(turn).not.toHaveBeenCalled();
    const alone = asking(0);
    void alone.ask(5);
    expect(alone.sent).toEqual([[5]]);
  });

  it('are apart where they are different ones, and fail for all who asked', async () => {
    const { sent, ask, gathered } = asking(3);
    const other = gathered.ask(async (_, args: readonly string[]) => args, 'x');
    const settled = await Promise.allSettled([ask(1), ask(13), other]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(sent).toEqual([[1, 13]]);
  });
});
