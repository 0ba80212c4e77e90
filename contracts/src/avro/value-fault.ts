/** `path` such as `data.items[0].price`. */
export interface ValueFault {
  readonly path: string;
  readonly message: string;
}

const MOST_FAULTS = 100;

/** A value with a fault in each of a million items is described by its first hundred. */
export function addFault(faults: ValueFault[], path: string, message: string): void {
  if (faults.length < MOST_FAULTS) faults.push({ path, message });
}
