// `npm test`: every check and every spec, cheap ones first; the last line sums them up.
import { performance } from 'node:perf_hooks';
import { say, seconds } from './lib/console.mjs';
import { kafkaForTests } from './lib/test-kafka.mjs';
import { whenNpmIsGone } from './lib/npm-parent.mjs';
import { endAll } from './lib/run.mjs';
import { check, Tally, vitest } from './lib/test-steps.mjs';
import { commandScript, inRoot } from './lib/workspace.mjs';

const start = performance.now();
const tally = new Tally();
let kafka;
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
whenNpmIsGone(interrupt);

try {
  // Comes up while the cheap steps run.
  kafka = kafkaForTests();
  for (const step of [lint, format, types, contracts, unit, integration, endToEnd]) {
    if (interrupted) break;
    await step();
  }
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  tally.add({ failed: 1 });
} finally {
  await kafka?.stop();
}

if (interrupted) tally.add({ failed: 1 });
for (const line of tally.summary()) say(line);
say(`Took ${seconds(start)}.${interrupted ? ' Interrupted.' : ''}`);
say(tally.line());
process.exitCode = tally.failed === 0 ? 0 : 1;

function interrupt() {
  interrupted = true;
  endAll();
}

async function lint() {
  await check(tally, 'lint', [commandScript('oxlint', 'bin', 'oxlint'), '--deny-warnings']);
}

async function format() {
  await check(tally, 'format', [commandScript('@biomejs/biome', 'bin', 'biome'), 'format', '.']);
}

async function types() {
  for (const part of ['contracts', 'backend', 'payment-simulator', 'web', 'tests']) {
    await check(tally, `types of ${part}`, [
      commandScript('typescript', 'bin', 'tsc'),
      '--noEmit',
      '-p',
      inRoot(part, 'tsconfig.json'),
    ]);
  }
}

async function contracts() {
  await check(tally, 'error codes', [inRoot('scripts/errors-page.mjs'), '--check']);
  await check(tally, 'configuration page', [inRoot('scripts/configuration-page.mjs'), '--check']);
  await check(tally, 'delivery options page', [inRoot('scripts/options-page.mjs'), '--check']);
  await check(tally, 'benchmarks page', [inRoot('scripts/bench-page.mjs'), '--check']);
  await check(tally, 'contracts', [inRoot('contracts/tools/main.ts'), 'check']);
}

async function unit() {
  await vitest(tally, 'unit and type specs', ['*-unit', '*-types']);
}

async function integration() {
  await vitest(tally, 'integration specs', ['*-int'], await kafka.ready());
}

async function endToEnd() {
  await vitest(tally, 'end-to-end specs', ['e2e'], await kafka.ready());
  if (kafka.missing !== undefined && process.env.CI === 'true') {
    say(`Kafka specs were skipped: ${kafka.missing}. With CI=true that is a failure.`);
    tally.add({ failed: 1 });
  }
}
