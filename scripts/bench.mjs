// `npm run bench [-- NAME ...] [--runs N] [--profile FOLDER]`: installs bench/ with the packed module, brings up Kafka
// and PostgreSQL, runs the benches.
import { readFileSync } from 'node:fs';
import { postgresForBenches } from './lib/bench/bench-postgres.mjs';
import { installBench } from './lib/bench/install-bench.mjs';
import { kafkaForBenches } from './lib/bench/kafka-for-benches.mjs';
import { say } from './lib/console.mjs';
import { whenNpmIsGone } from './lib/npm-parent.mjs';
import { endAll, run } from './lib/run.mjs';
import { inRoot, nodeBinary } from './lib/workspace.mjs';

let interrupted = false;
const interrupt = () => {
  interrupted = true;
  endAll();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
whenNpmIsGone(interrupt);

const opened = [];
try {
  await installBench();
  const kafka = interrupted ? undefined : await open(kafkaForBenches());
  const postgres = interrupted ? undefined : await open(postgresForBenches());
  if (!interrupted) process.exitCode = await benches(kafka, postgres);
  await run(nodeBinary(), [inRoot('scripts/bench-page.mjs')]);
} catch (error) {
  if (!interrupted) say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  for (const part of opened.toReversed()) await part.stop();
}
if (interrupted) process.exitCode = 130;

async function open(opening) {
  const part = await opening;
  opened.push(part);
  return part;
}

async function benches(kafka, postgres) {
  const env = {
    ...withoutSettings(),
    BENCH_KAFKA_BROKERS: kafka.brokers,
    BENCH_SCHEMA_REGISTRY_URL: kafka.registry,
    BENCH_POSTGRES_URL: postgres.url,
    BENCH_KAFKA_VERSION: kafkaVersion(),
    NODE_NO_WARNINGS: '1',
    LOG_LEVEL: 'warn',
  };
  const { code } = await run(nodeBinary(), [inRoot('bench/src/main.ts'), ...process.argv.slice(2)], { env });
  return code;
}

/** What is measured are the defaults, not what the shell says. */
function withoutSettings() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(KAFKA_|NODE_OPTIONS$|SERVICE_NAME$)/.test(name)),
  );
}

function kafkaVersion() {
  return /<kafka\.version>([^<]+)</.exec(readFileSync(inRoot('scripts/kafka/local/pom.xml'), 'utf8'))?.[1];
}
