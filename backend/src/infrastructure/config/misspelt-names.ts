import type { Fault } from '@/infrastructure/errors/coded-error';
import type { Environment } from './env';

/**
 * A name with the prefix that is one or two letters from a known one is a slip of the pen. Anything further away
 * is someone else's: Kubernetes injects `KAFKA_1_SERVICE_HOST`, broker images have hundreds of `KAFKA_…`.
 */
export function misspeltNames(environment: Environment, known: readonly string[], prefix: string): Fault[] {
  const faults: Fault[] = [];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(prefix) || known.includes(name)) continue;
    const meant = known.find((candidate) => distance(name, candidate) <= 2);
    if (meant) faults.push({ path: name, message: `is not a known variable; is ${meant} meant?` });
  }
  return faults;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one each. */
export function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, at(beforeLast, j - 2) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
