import { NotRebuildableError } from './replay.errors';

export interface Reference {
  /** The table that has the foreign key. */
  readonly from: string;
  readonly to: string;
}

/**
 * Parents before children, so that rows can be inserted in this order and deleted in the opposite one. Throws
 * `NotRebuildableError` where a table outside of the list refers into it, or where the references go round.
 */
export function inOrderOfReferences(tables: readonly string[], references: readonly Reference[]): string[] {
  const inside = new Set(tables);
  const foreign = references.find(({ from, to }) => inside.has(to) && !inside.has(from));
  if (foreign) {
    throw new NotRebuildableError(
      `Table '${foreign.from}' refers to '${foreign.to}': rows of it would lose what they refer to.`,
    );
  }
  const ordered: string[] = [];
  const waiting = new Set(tables);
  while (waiting.size > 0) {
    const free = [...waiting].filter((table) =>
      references.every(({ from, to }) => from !== table || to === table || !waiting.has(to)),
    );
    if (free.length === 0) {
      throw new NotRebuildableError(`The tables ${[...waiting].join(', ')} refer to each other in a circle.`);
    }
    ordered.push(...free);
    for (const table of free) waiting.delete(table);
  }
  return ordered;
}
