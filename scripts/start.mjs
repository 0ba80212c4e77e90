// Starts the payment simulator and the backend, says where everything is, and ends both in order.
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { say, seconds } from './lib/console.mjs';
import { whenNpmIsGone } from './lib/npm-parent.mjs';
import { isTaken } from './lib/ports.mjs';
import { startService } from './lib/service.mjs';
import { inRoot } from './lib/workspace.mjs';

const start = performance.now();
const LOOK_AGAIN_MS = 25;
const START_DEADLINE_MS = 60_000;
const DRAIN_DEADLINE_MS = 40_000;

const env = { ...process.env, NODE_NO_WARNINGS: process.env.NODE_NO_WARNINGS ?? '1' };
const port = env.PORT ?? '3000';
const metricsPort = env.METRICS_PORT ?? '9308';
const simulatorPort = env.PAYMENT_SIMULATOR_PORT ?? '3010';
const services = (env.SERVICES ?? 'all').split(',').map((name) => name.trim());
const runs = (service) => services.includes('all') || services.includes(service);

const backend = {
  script: inRoot('backend/dist/main.js'),
  ready: `http://localhost:${port}/health/ready`,
};
const simulator = {
  script: inRoot('payment-simulator/dist/main.js'),
  ready: `http://localhost:${simulatorPort}/health`,
};

const children = [];
let ending = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));
whenNpmIsGone(() => {
  if (!ending) void end(0);
});

if (!existsSync(backend.script)) {
  say('Nothing is built yet: run `npm start`, or `npm run build` first.');
  process.exit(1);
}

// With a key, payments go to Stripe; without the payment service there is nobody to pay.
const simulated = env.STRIPE_API_KEY === undefined && runs('payment');

// Whoever has the port would answer in our place, and we would call ourselves ready.
const wanted = [
  ['PORT', port],
  ['METRICS_PORT', metricsPort],
  ...(simulated ? [['PAYMENT_SIMULATOR_PORT', simulatorPort]] : []),
];
const taken = (await Promise.all(wanted.map(async ([, number]) => isTaken(number)))).flatMap((is, index) =>
  is ? [wanted[index]] : [],
);
if (taken.length > 0) {
  for (const [name, number] of taken) say(`PORT_TAKEN: port ${number} is in use; ${name} names another one.`);
  process.exit(1);
}

if (ending) process.exit();
if (simulated) launch('simulator', simulator.script);
launch('backend', backend.script);

const waits = [until(backend.ready)];
if (simulated) waits.push(until(simulator.ready));
const ready = (await Promise.all(waits)).every(Boolean);

if (ready && !ending) announce();
else if (!ending) {
  say(`Not ready after ${START_DEADLINE_MS / 1000} s.`);
  await end(1);
}

function launch(name, script) {
  const child = startService(name, script, env);
  children.push(child);
  void child.ended.then(({ reason }) => {
    if (ending) return;
    say(`The ${name} has ended (${reason}); its last lines are above. Stopping.`);
    void end(1);
  });
}

/** True as soon as the address answers well, false when we are ending or out of time. */
async function until(url) {
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!ending && performance.now() < deadline) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return false;
}

/** The backend first: what it has under way may still need the simulator. A second signal does not wait. */
async function end(status) {
  if (ending) {
    for (const child of children) child.end('SIGKILL');
    return;
  }
  ending = true;
  if (status !== 0) process.exitCode = status;
  for (const child of children.toReversed()) {
    if (!child.isRunning()) continue;
    child.end('SIGTERM');
    const timer = setTimeout(() => {
      say(`The ${child.name} did not end within ${DRAIN_DEADLINE_MS / 1000} s and is killed.`);
      process.exitCode = 1;
      child.end('SIGKILL');
    }, DRAIN_DEADLINE_MS);
    await child.ended;
    clearTimeout(timer);
  }
}

function announce() {
  const pages = [
    ...(runs('gateway')
      ? [
          ['Storefront', `http://localhost:${port}/`],
          ['Mailbox', `http://localhost:${port}/mailbox`],
          ['Live counters', `http://localhost:${port}/analytics`],
        ]
      : []),
    ['Health', `http://localhost:${port}/health`],
    ['Metrics', `http://localhost:${metricsPort}/metrics`],
    ...(simulated ? [['Payment simulator', `http://localhost:${simulatorPort}/`]] : []),
  ];
  say('');
  for (const [name, url] of pages) say(`  ${name.padEnd(18)} ${url}`);
  say('');
  say(`Ready in ${seconds(start)}. Ctrl-C stops.`);
}
