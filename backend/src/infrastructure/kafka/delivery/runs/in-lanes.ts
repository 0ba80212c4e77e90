/**
 * Runs items that are in the order of their lanes: one after another, or, `sideBySide`, the lanes at the same time and
 * each by itself in order. Rejects with the first failure, after which nothing more begins, and not before all that runs
 * has ended: it would run on beside its own repetition.
 */
export async function inLanes<Item>(
  items: readonly Item[],
  { laneOf, sideBySide }: { readonly laneOf: (item: Item) => string; readonly sideBySide: boolean },
  run: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  if (!sideBySide) {
    for (const [index, item] of items.entries()) await run(item, index);
    return;
  }
  const lanes = new Map<string, (readonly [number, Item])[]>();
  for (const entry of items.entries()) {
    const lane = laneOf(entry[1]);
    lanes.set(lane, [...(lanes.get(lane) ?? []), entry]);
  }
  const failures: unknown[] = [];
  const inOrder = async (lane: readonly (readonly [number, Item])[]) => {
    for (const [index, item] of lane) if (failures.length === 0) await run(item, index);
  };
  await Promise.all([...lanes.values()].map((lane) => inOrder(lane).catch((error) => failures.push(error))));
  if (failures.length > 0) throw failures[0];
}
