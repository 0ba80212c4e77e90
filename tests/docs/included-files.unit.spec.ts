import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = [
  'README.md',
  'docs/using-the-module.md',
  'docs/when-a-handler-fails.md',
  'examples/add-a-saga/README.md',
  'examples/foreign-app/README.md',
];
const INCLUDED = /(<!-- (\S+) -->\n```\w*\n)([\s\S]*?)(```\n)/g;

const read = (path: string) => readFileSync(resolve(ROOT, path), 'utf8');

/** `UPDATE_DOCS=1` copies the files in, as `--update` does with snapshots. */
const update = process.env['UPDATE_DOCS'] === '1';

describe.each(DOCUMENTS)('%s', (document) => {
  it('shows its files as they are compiled and run', () => {
    const text = read(document);
    const paths: string[] = [];
    const current = text.replaceAll(
      INCLUDED,
      (_, head: string, path: string, _shown: string, end: string) => {
        paths.push(path);
        return `${head}${read(path)}${end}`;
      },
    );
    if (update) writeFileSync(resolve(ROOT, document), current);
    expect(paths.length).toBeGreaterThan(0);
    expect(update ? current : text).toBe(current);
  });
});
