import { describe, expect, it } from 'vitest';
import { Limiter } from './limiter';

describe('Limiter', () => {
  const refusal = () => new Error('too many');

  it('runs so many at a time, in order, and refuses when too many wait', async () => {
    const limiter = new Limiter(2, 2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const run = (id: number) =>
      limiter.run(() => {
        begun.push(id);
        return new Promise<number>((resolve) => ends.push(() => resolve(id)));
      }, refusal);
    const runs = [run(1), run(2), run(3), run(4)];
    await expect(run(5)).rejects.toThrow('too many');
    expect(begun).toEqual([1, 2]);
    ends[0]?.();
    await runs[0];
    ends[1]?.();
    await runs[1];
    await Promise.resolve();
    expect(begun).toEqual([1, 2, 3, 4]);
    ends[2]?.();
    ends[3]?.();
    expect(await Promise.all(runs)).toEqual([1, 2, 3, 4]);
  });

  it('gives the place back when a work fails', async () => {
    const limiter = new Limiter(1, 0);
    await expect(limiter.run(() => Promise.reject(new Error('broken')), refusal)).rejects.toThrow('broken');
    await expect(limiter.run(async () => 'done', refusal)).resolves.toBe('done');
  });
});
