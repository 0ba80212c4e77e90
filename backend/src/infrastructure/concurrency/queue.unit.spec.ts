import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Queue } from './queue';

describe('Queue', () => {
  it('gives back what it got, in order, however pushes and shifts mix', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('shift'), fc.nat(9_999))), (steps) => {
        const queue = new Queue<number>();
        const model: number[] = [];
        for (const step of steps) {
          if (typeof step === 'number') {
            queue.push(step);
            model.push(step);
          } else {
            expect(queue.peek()).toBe(model[0]);
            expect(queue.shift()).toBe(model.shift());
          }
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });

  it('stays right when it has been emptied of thousands', () => {
    const queue = new Queue<number>();
    for (let item = 0; item < 5_000; item++) queue.push(item);
    for (let item = 0; item < 4_000; item++) expect(queue.shift()).toBe(item);
    for (let item = 5_000; item < 6_000; item++) queue.push(item);
    for (let item = 4_000; item < 6_000; item++) expect(queue.shift()).toBe(item);
    expect(queue.shift()).toBeUndefined();
    expect(queue.length).toBe(0);
  });

  it('is empty after clear', () => {
    const queue = new Queue<number>();
    queue.push(1);
    queue.clear();
    expect(queue.peek()).toBeUndefined();
    queue.push(2);
    expect(queue.shift()).toBe(2);
  });
});
