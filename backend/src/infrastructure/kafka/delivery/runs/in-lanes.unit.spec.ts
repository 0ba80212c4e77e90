import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inLanes } from './in-lanes';

const items = ['a1', 'a2', 'b1', 'b2', 'c1'];
const laneOf = (item: string) => item.charAt(0);

async function log(sideBySide: boolean, fails?: string): Promise<{ lines: string[]; error: unknown }> {
  const lines: string[] = [];
  const error = await inLanes(items, { laneOf, sideBySide }, async (item) => {
    lines.push(`${item} begins`);
    await turn();
    if (item === fails) throw new Error(item);
    await turn();
    lines.push(`${item} ends`);
  }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { lines, error };
}

describe('items in lanes', () => {
  it('run one after another', async () => {
    const { lines } = await log(false);
    expect(lines).toEqual(items.flatMap((item) => [`${item} begins`, `${item} ends`]));
  });

  it('run lane beside lane, each lane in order, begun in the order of the lanes', async () => {
    const { lines } = await log(true);
    expect(lines.slice(0, 3)).toEqual(['a1 begins', 'b1 begins', 'c1 begins']);
    for (const lane of ['a', 'b'])
      expect(lines.filter((line) => line.startsWith(lane))).toEqual([
        `${lane}1 begins`,
        `${lane}1 ends`,
        `${lane}2 begins`,
        `${lane}2 ends`,
      ]);
  });

  it('after a failure begin nothing, and end what runs', async () => {
    const { lines, error } = await log(true, 'b1');
    expect(error).toEqual(new Error('b1'));
    expect(lines.toSorted()).toEqual(['a1 begins', 'a1 ends', 'b1 begins', 'c1 begins', 'c1 ends']);
  });
});
