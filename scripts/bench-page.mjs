// Writes docs/benchmarks.md from bench/results; with `--check` only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { benchmarksPage } from '../bench/src/report/page.ts';
import { readResults } from '../bench/src/report/results-file.ts';
import { inRoot } from './lib/workspace.mjs';

const PAGE = inRoot('docs/benchmarks.md');

const page = benchmarksPage(readResults());
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/benchmarks.md is stale: run `npm run bench:page`.');
  process.exitCode = 1;
}
