import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { ResultRow } from './result-row.ts';

const RESULTS = fileURLToPath(new URL('../../results', import.meta.url));

export function writeResults(bench: string, rows: readonly ResultRow[]): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${bench}.json`);
  writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
  return file;
}

/** What was measured last, by bench. */
export function readResults(): Map<string, readonly ResultRow[]> {
  const files = existsSync(RESULTS) ? readdirSync(RESULTS).filter((name) => name.endsWith('.json')) : [];
  return new Map(
    files
      .toSorted()
      .map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(RESULTS, name), 'utf8'))]),
  );
}
