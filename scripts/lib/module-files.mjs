import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

// A specifier has no blanks, which tells it from the text of a statement in SQL.
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|(?:^|\n)\s*import\s+)(['"])([^'"\s]+)\1/g;

export const specifiers = (text) => [...text.matchAll(IMPORT)].map((match) => match[2]);

/** What built modules lead to, by their code and by their types: the files, and the packages they name. */
export function moduleFiles(dist, entries) {
  const files = new Set();
  const packages = new Set();
  const waiting = entries.flatMap((entry) => [join(dist, `${entry}.js`), join(dist, `${entry}.d.ts`)]);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const specifier of specifiers(readFileSync(file, 'utf8'))) {
      if (specifier.startsWith('.')) {
        const stem = resolve(dirname(file), specifier).replace(/\.[jt]s$/, '');
        waiting.push(...[`${stem}.js`, `${stem}.d.ts`].filter((path) => existsSync(path)));
      } else if (!specifier.startsWith('node:')) {
        packages.add(packageOf(specifier));
      }
    }
  }
  return { files: [...files].toSorted(), packages: [...packages].toSorted() };
}

function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
