import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFigures } from '../../scripts/lib/figures/figures-table.mjs';
import { anchorsOf, headingsOf, linksOf, markdownFiles, read, ROOT } from './markdown';

const files = markdownFiles();
const isForeign = (target: string) => /^[a-z]+:/.test(target);

it('sees the documents', () => {
  expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/path-of-an-order.md', 'docs/errors.md']));
});

describe.each(files)('%s', (file) => {
  const text = read(file);

  it('links to files and headings that exist', () => {
    const broken = linksOf(text).flatMap(({ target }) => {
      if (isForeign(target)) return [];
      const [path = '', anchor] = target.split('#');
      const linked = path === '' ? file : normalize(join(dirname(file), path));
      if (!existsSync(join(ROOT, linked))) return [target];
      if (anchor === undefined || !linked.endsWith('.md')) return [];
      return anchorsOf(read(linked)).has(anchor) ? [] : [target];
    });
    expect(broken).toEqual([]);
  });

  it('names only commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    // Commands of an example are those of its own package.
    if (file.startsWith('examples/')) return;
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const ran = [
      ...text.matchAll(/(?<![\w/])((?:scripts|backend|contracts|bench)\/[\w/.-]+\.(?:sh|mjs|ts))/g),
    ];
    expect(ran.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the path of an order', () => {
  const path = headingsOf(read('docs/path-of-an-order.md'));
  const spec = read('tests/e2e/path-of-an-order.e2e.spec.ts');
  const arrows = [...spec.matchAll(/it\('([^']*->[^']*)'/g)].map(([, title = '']) => title);

  it('has the arrows of the end-to-end spec, in its order', () => {
    const plain = (text: string) => text.toLowerCase().replaceAll('->', '→');
    const sections = path.map(plain);
    // A step tells after a colon or a comma what it looks at besides.
    const steps = arrows.map((title) => plain(title).split(/[:,]/)[0] ?? '');
    const places = steps.map((step) =>
      sections.findIndex((section) => withoutProvider(section) === withoutProvider(step)),
    );
    expect(steps.length).toBeGreaterThan(8);
    expect(steps.filter((_, index) => places[index] === -1)).toEqual([]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('links at least one file in every section', () => {
    const sections = read('docs/path-of-an-order.md').split(/^## /m).slice(1);
    expect(sections.filter((section) => linksOf(section).length === 0)).toEqual([]);
  });
});

it('README has the figures as they were measured', () => {
  const readme = read('README.md');
  expect(withFigures(readme, JSON.parse(read('docs/figures.json')))).toBe(readme);
});

/** `payment service → provider, payment.completed` and `payment service → payment.completed` are one arrow. */
function withoutProvider(step: string): string {
  return step.replace('→ provider', '→ payment.completed').trim();
}
