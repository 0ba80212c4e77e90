import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { read, ROOT } from './markdown';

const SOURCES = [
  'backend/src/services/order',
  'backend/src/services/payment',
  'backend/src/services/inventory',
  'backend/src/services/shipping',
  'backend/src/infrastructure/saga',
  'backend/src/infrastructure/ops/sagas',
];

const sources = SOURCES.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(folder, file)),
);

/** Written as `code: 'OUT_OF_STOCK'`; an error class has its code otherwise, and stands in docs/errors.md. */
const refusals = new Set(
  sources.flatMap((file) =>
    [...read(file).matchAll(/\bcode: '([A-Z][A-Z_]+)'/g)].map(([, code = '']) => code),
  ),
);

it('the runbook says what each reason means for which an order is turned back', () => {
  expect(refusals.size).toBeGreaterThan(20);
  const explained = new Set(
    [...read('docs/runbooks/sagas.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code = '']) => code),
  );
  expect([...refusals].filter((code) => !explained.has(code))).toEqual([]);
  expect([...explained].filter((code) => !refusals.has(code))).toEqual([]);
});
