import { describe, expect, it } from 'vitest';
import { Slots } from './slots';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Slots', () => {
  it('gives at most so many', async () => {
    const slots = new Slots(2);
    await slots.take();
    expect(slots.tryTake(() => undefined)).toBe(true);
    expect(slots.tryTake(() => undefined)).toBe(false);
  });

  it('goes on to the next in turn as one is given back', async () => {
    const slots = new Slots(1);
    await slots.take();
    const order: string[] = [];
    const works = ['a', 'b', 'c'].map(async (name) => {
      await slots.take();
      order.push(name);
      slots.give();
    });
    slots.give();
    await Promise.all(works);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('passes over who wants none any more', async () => {
    const slots = new Slots(1);
    await slots.take();
    let asked = 0;
    // A dispatcher that is on hold, or has stopped, lets the offer go by.
    expect(slots.tryTake(() => (asked += 1))).toBe(false);
    let taken = false;
    void slots.take().then(() => {
      taken = true;
    });
    slots.give();
    await turn();
    expect([asked, taken]).toEqual([1, true]);
  });

  it('asks nobody twice who did not ask again', async () => {
    const slots = new Slots(1);
    let asked = 0;
    await slots.take();
    slots.tryTake(() => (asked += 1));
    slots.give();
    await slots.take();
    slots.give();
    expect(asked).toBe(1);
  });
});
