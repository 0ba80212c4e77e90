import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { read, ROOT } from './markdown';

const SOURCE = 'backend/src';
const CONTROLLER = /@Controller\('(ops\/api\/[^']+)'\)/;
const ROUTE = /^ {2}@(Get|Post|Put|Patch|Delete)\((?:'([^']*)')?\)/gm;

const routes = readdirSync(join(ROOT, SOURCE), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.controller.ts'))
  .map((file) => read(join(SOURCE, file)))
  .flatMap((source) => {
    const base = CONTROLLER.exec(source)?.[1];
    if (base === undefined) return [];
    return [...source.matchAll(ROUTE)].map(
      ([, method = '', path]) => `${method.toUpperCase()} /${[base, path].filter(Boolean).join('/')}`,
    );
  });

it("the page of the operators' routes has all that there are, and no others", () => {
  expect(routes.length).toBeGreaterThan(20);
  const described = [...read('docs/ops-api.md').matchAll(/^\| `([A-Z]+ \/ops\/api\/[^`]+)` \|/gm)].map(
    ([, route = '']) => route,
  );
  expect(described.toSorted()).toEqual(routes.toSorted());
});
