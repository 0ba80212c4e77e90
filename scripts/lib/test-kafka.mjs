import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { say, seconds } from './console.mjs';
import { run } from './run.mjs';
import { inRoot } from './workspace.mjs';

const SCRIPT = inRoot('scripts/kafka-local.sh');
const COMPOSE = ['compose', '-f', inRoot('docker-compose.kafka.yml')];
const COMPOSE_BROKERS = 'localhost:9092,localhost:9093,localhost:9094';
const COMPOSE_REGISTRY = 'http://localhost:8081';

/**
 * The Kafka of this run: the one that KAFKA_BROKERS names, else a cluster of our own from Java and Maven, else one
 * from Docker, else none. `ready()` resolves with the environment for the specs, `missing` says why there is none.
 */
export function kafkaForTests() {
  if (process.env.KAFKA_BROKERS) return external();
  if (answers('java', '-version') && answers('mvn', '-v')) return local();
  if (answers('docker', 'info')) return compose();
  const missing = 'neither KAFKA_BROKERS nor Java 17 with Maven nor a Docker daemon is there';
  say(`No Kafka: ${missing}. Its specs are skipped and counted.`);
  return { missing, ready: async () => ({}), stop: async () => {} };
}

const answers = (command, argument) => spawnSync(command, [argument], { stdio: 'ignore' }).status === 0;

const environment = (brokers, registry) => ({
  TEST_KAFKA_BROKERS: brokers,
  TEST_SCHEMA_REGISTRY_URL: registry,
});

function external() {
  const env = environment(process.env.KAFKA_BROKERS, process.env.SCHEMA_REGISTRY_URL ?? COMPOSE_REGISTRY);
  return { ready: async () => env, stop: async () => {} };
}

function local() {
  const directory = mkdtempSync(join(tmpdir(), 'shop-test-kafka-'));
  let env;
  const starting = (async () => {
    const from = performance.now();
    const base = await freeBase();
    env = { ...process.env, KAFKA_LOCAL_DIR: directory, KAFKA_LOCAL_PORT_BASE: String(base) };
    const { code, output } = await run('bash', [SCRIPT, 'up'], { env, quiet: true });
    if (code !== 0) throw new Error(`Kafka did not start:\n${output}`);
    say(`Kafka: three brokers from port ${base} on, ready in ${seconds(from)}.`);
    const brokers = [0, 1, 2].map((node) => `localhost:${base + node}`).join(',');
    return {
      ...environment(brokers, `http://localhost:${base + REGISTRY_OFFSET}`),
      TEST_KAFKA_DIR: directory,
      TEST_KAFKA_PORT_BASE: String(base),
    };
  })();
  starting.catch(() => {});
  return {
    ready: () => starting,
    stop: async () => {
      await starting.catch(() => {});
      if (env !== undefined) await run('bash', [SCRIPT, 'down'], { env, quiet: true, uninterrupted: true });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function compose() {
  const services = ['kafka-1', 'kafka-2', 'kafka-3', 'schema-registry'];
  const starting = (async () => {
    const { code, output } = await run('docker', [...COMPOSE, 'up', '-d', '--wait', ...services], {
      quiet: true,
    });
    if (code !== 0) throw new Error(`Docker did not start Kafka:\n${output}`);
    return environment(COMPOSE_BROKERS, COMPOSE_REGISTRY);
  })();
  starting.catch(() => {});
  return {
    ready: () => starting,
    stop: async () => {
      await starting.catch(() => {});
      await run('docker', [...COMPOSE, 'stop', ...services], { quiet: true, uninterrupted: true });
    },
  };
}

const REGISTRY_OFFSET = 10;
const INNER_OFFSET = 10_000;
const USED_OFFSETS = [
  0,
  1,
  2,
  REGISTRY_OFFSET,
  INNER_OFFSET,
  INNER_OFFSET + 1,
  INNER_OFFSET + 2,
  INNER_OFFSET + 10,
];
const BASES = { first: 20_000, step: 20, count: 200 };

/** First port of a range in which the cluster's ports are free; the start differs between runs at the same time. */
async function freeBase() {
  for (let attempt = 0; attempt < BASES.count; attempt += 1) {
    const base = BASES.first + BASES.step * ((process.pid + attempt) % BASES.count);
    const free = await Promise.all(USED_OFFSETS.map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('No free range of ports for the Kafka cluster of the tests.');
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
