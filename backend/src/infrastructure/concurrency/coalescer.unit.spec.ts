import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { Coalescer } from './coalescer';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Calls that end when the spec says so. */
class Calls {
  readonly batches: (readonly number[])[] = [];
  private readonly open: (() => void)[] = [];
  most = 0;

  readonly call = async (items: readonly number[]): Promise<number[]> => {
    this.batches.push(items);
    await new Promise<void>((resolve) => {
      this.open.push(resolve);
      this.most = Math.max(this.most, this.open.length);
    });
    if (items.includes(13)) throw new Error('thirteen');
    return items.map((item) => item * 2);
  };

  end(): void {
    this.open.shift()?.();
  }
}

describe('Coalescer', () => {
  it('puts together what is submitted side by side, and what comes during a call', async () => {
    const calls = new Calls();
    const coalescer = new Coalescer(calls.call, { items: 10, calls: 1 });
    const first = [coalescer.submit(1), coalescer.submit(2)];
    await turn();
    const second = [coalescer.submit(3), coalescer.submit(4)];
    expect(calls.batches).toEqual([[1, 2]]);
    calls.end();
    expect(await Promise.all(first)).toEqual([2, 4]);
    await eventually(() => calls.batches.length === 2);
    calls.end();
    expect(await Promise.all(second)).toEqual([6, 8]);
    expect(calls.batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('rejects those of the call that failed and goes on with the others', async () => {
    const calls = new Calls();
    const coalescer = new Coalescer(calls.call, { items: 2, calls: 1 });
    const answers = Promise.allSettled([13, 1, 2].map((item) => coalescer.submit(item)));
    await turn();
    calls.end();
    await eventually(() => calls.batches.length === 2);
    calls.end();
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('takes a call that throws before it answers for one that failed', async () => {
    const coalescer = new Coalescer<number, number>(
      () => {
        throw new Error('at once');
      },
      { items: 2, calls: 1 },
    );
    await expect(coalescer.submit(1)).rejects.toThrow('at once');
    await expect(coalescer.submit(2)).rejects.toThrow('at once');
  });

  it('loses nothing, keeps the order and both limits, however it is used', async () => {
    const steps = fc.array(fc.oneof(fc.nat(20), fc.constant('end' as const), fc.constant('turn' as const)));
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        async (each, items, most) => {
          const calls = new Calls();
          const coalescer = new Coalescer(calls.call, { items, calls: most });
          const submitted: number[] = [];
          const answers: Promise<PromiseSettledResult<number>[]>[] = [];
          for (const step of each) {
            if (step === 'end') calls.end();
            else if (step === 'turn') await turn();
            else {
              submitted.push(step);
              answers.push(Promise.allSettled([coalescer.submit(step)]));
            }
          }
          let over = false;
          const all = Promise.all(answers).finally(() => {
            over = true;
          });
          while (!over) {
            calls.end();
            await turn();
          }
          expect(calls.batches.flat()).toEqual(submitted);
          expect(calls.batches.every(({ length }) => length >= 1 && length <= items)).toBe(true);
          expect(calls.most).toBeLessThanOrEqual(most);
          for (const [index, [answer]] of (await all).entries()) {
            if (answer?.status === 'fulfilled') expect(answer.value).toBe((submitted[index] ?? 0) * 2);
            else expect(calls.batches.some((batch) => batch.includes(13))).toBe(true);
          }
        },
      ),
    );
  });
});
