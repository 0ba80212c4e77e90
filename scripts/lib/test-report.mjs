import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { root } from './workspace.mjs';

/**
 * What a run of the specs came to, for `npm test` to sum up: counts, and a line for each failure. It goes to the file
 * that `SHOP_TEST_REPORT` names, as `{ passed, failed, skipped, failures }`. Vitest's own JSON leaves out the errors
 * that belong to no test, and a slow machine's rare failure is often one of these.
 */
export default class TestReport {
  onTestRunEnd(modules, unhandled) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const failures = [];
    for (const module of modules) {
      const path = relative(root, module.moduleId);
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        counts[state === 'pending' ? 'failed' : state] += 1;
        if (state === 'failed') failures.push(line(`${path} > ${test.fullName}`, errors));
        if (state === 'pending')
          failures.push(line(`${path} > ${test.fullName}`, [{ message: 'did not end' }]));
      }
      // A file that does not load and a hook that fails belong to no test.
      for (const part of [module, ...module.children.allSuites()]) {
        const errors = part.errors();
        if (errors.length === 0) continue;
        counts.failed += 1;
        failures.push(line(part === module ? path : `${path} > ${part.fullName}`, errors));
      }
    }
    for (const error of unhandled) {
      counts.failed += 1;
      failures.push(line(`${placeOf(error)} (${error.type ?? 'unhandled error'})`, [error]));
    }
    writeFileSync(process.env.SHOP_TEST_REPORT, JSON.stringify({ ...counts, failures }));
  }
}

// Vitest names the file and the test that ran at that moment, which need not be the cause.
function placeOf({ VITEST_TEST_PATH: path, VITEST_TEST_NAME: name }) {
  if (path === undefined) return 'outside every spec';
  return name === undefined ? relative(root, path) : `${relative(root, path)} > ${name}`;
}

function line(where, errors) {
  const message = errors?.[0]?.message ?? errors?.[0]?.stack ?? 'failed';
  return `  × ${where}: ${String(message).split('\n', 1)[0].slice(0, 300)}`;
}
