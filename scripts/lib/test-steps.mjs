import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { say, seconds } from './console.mjs';
import { run } from './run.mjs';
import { commandScript, inRoot, nodeBinary } from './workspace.mjs';

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  #steps = [];
  #failures = [];

  add({ passed = 0, failed = 0, skipped = 0 }) {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
  }

  /** Counts a step and remembers it for the table at the end. */
  step(name, { failures = [], ...counts }, from) {
    this.add(counts);
    this.#steps.push({ name, time: seconds(from), ...counts });
    this.#failures.push(...failures);
  }

  summary() {
    return [
      '',
      ...this.#steps.map(
        ({ name, time, passed = 0, failed = 0, skipped = 0 }) =>
          `${failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(28)} ${String(passed).padStart(5)} passed ` +
          `${String(failed).padStart(3)} failed ${String(skipped).padStart(3)} skipped  ${time}`,
      ),
      ...this.#failures,
    ];
  }

  line() {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }
}

/** A command that is one test by itself; what it prints is shown when it fails. */
export async function check(tally, name, args) {
  const from = performance.now();
  const { code, output } = await run(nodeBinary(), args, { quiet: true });
  if (code !== 0) say(output.trimEnd());
  tally.step(name, code === 0 ? { passed: 1 } : { failed: 1 }, from);
  say(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds(from)})`);
}

/** Runs the specs of these projects; with `only`, those whose path contains one of its parts. */
export async function vitest(tally, name, projects, env = {}, only = []) {
  const from = performance.now();
  say(`---- ${name}`);
  const directory = mkdtempSync(join(tmpdir(), 'shop-test-report-'));
  const report = join(directory, 'report.json');
  const args = [
    commandScript('vitest', 'vitest.mjs'),
    'run',
    ...only,
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    `--reporter=${inRoot('scripts/lib/test-report.mjs')}`,
  ];
  try {
    const ended = await run(nodeBinary(), args, {
      env: { ...hermetic(), ...env, SHOP_TEST_REPORT: report },
      keepErrors: true,
    });
    tally.step(name, reported(report, name, ended), from);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

// A spec must not turn to the shop or the cluster that the shell's settings name.
function hermetic() {
  const settings =
    /^(KAFKA_|SCHEMA_REGISTRY_URL$|DATABASE_URL$|EVENT_TRANSPORT$|SERVICES$|SERVICE_NAME$|DATA_DIR$|STRIPE_API_KEY$|PORT$|METRICS_PORT$|PAYMENT_SIMULATOR_PORT$|SMTP_URL$|ORDER_FLOW$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.test(name)));
}

function reported(report, name, { code, signal, output }) {
  const end = signal ?? code;
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return {
      failed: 1,
      failures: [
        `  × ${name}: the test runner ended with ${end} and without a report`,
        ...complaints(output),
      ],
    };
  }
  if (result.failed > 0 || end === 0) return result;
  const failure = `  × ${name}: all passed, but the test runner ended with ${end}`;
  return { ...result, failed: 1, failures: [failure, ...complaints(output)] };
}

// What the runner itself has to say, a failed tear-down above all, stands in no report.
function complaints(output) {
  const lines = output.split('\n').filter((line) => /error|timed out|terminate/i.test(line));
  return lines.slice(0, 5).map((line) => `    ${line.slice(0, 300)}`);
}
