// `npm run test:nightly`: the promises at length, on both engines: more kills, keys and parked events than in `npm test`.
import { performance } from 'node:perf_hooks';
import { say, seconds } from './lib/console.mjs';
import { whenNpmIsGone } from './lib/npm-parent.mjs';
import { endAll } from './lib/run.mjs';
import { kafkaForTests } from './lib/test-kafka.mjs';
import { Tally, vitest } from './lib/test-steps.mjs';

const start = performance.now();
const tally = new Tally();
let kafka;
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
whenNpmIsGone(interrupt);

try {
  kafka = kafkaForTests();
  const env = await kafka.ready();
  const long = { ...env, TEST_LONG: '1', LOG_LEVEL: 'fatal' };
  await vitest(tally, 'decisions at length', ['tests-unit'], long, ['money/', 'stock/']);
  await vitest(tally, 'promises at length', ['tests-int'], long, [
    'promises/',
    'money/',
    'stock/',
    'outbox/',
  ]);
  await vitest(tally, 'crash points, three times on both engines', ['e2e'], long, ['crash-points/']);
  if (kafka.missing !== undefined && process.env.CI === 'true') {
    say(`Kafka specs were skipped: ${kafka.missing}. With CI=true that is a failure.`);
    tally.add({ failed: 1 });
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
