import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'failures-named-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('npm test names every failure, also those that belong to no test', () => {
  writeFileSync(
    join(folder, 'tests.spec.js'),
    `it('is right', () => {});
     it('is wrong', () => { throw new Error('wrong'); });
     it.skip('is left out', () => {});
     it('leaves a rejection behind', () => void Promise.reject(new Error('nobody looks')));
     describe('with a broken hook', () => {
       beforeAll(() => { throw new Error('broken'); });
       it('does not run', () => {});
     });`,
  );
  writeFileSync(join(folder, 'file.spec.js'), `throw new Error('does not load');`);
  const report = join(folder, 'report.json');

  const reporter = join(ROOT, 'scripts/lib/test-report.mjs');
  spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--globals',
      `--root=${folder}`,
      `--reporter=${reporter}`,
    ],
    { cwd: folder, env: { ...process.env, SHOP_TEST_REPORT: report } },
  );

  const { failures, ...counts } = JSON.parse(readFileSync(report, 'utf8')) as {
    failures: string[];
    passed: number;
  };
  expect(counts).toEqual({ passed: 2, failed: 4, skipped: 2 });
  expect(failures.map((line) => line.replace(/^.*\/(?=\w+\.spec)/, '')).toSorted()).toEqual([
    'file.spec.js: does not load',
    'tests.spec.js (Unhandled Rejection): nobody looks',
    'tests.spec.js > is wrong: wrong',
    'tests.spec.js > with a broken hook: broken',
  ]);
});
