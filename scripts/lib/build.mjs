import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { say, seconds } from './console.mjs';
import { run } from './run.mjs';
import { commandScript, inRoot, nodeBinary } from './workspace.mjs';

const tsc = (workspace) => [
  commandScript('typescript', 'bin', 'tsc'),
  '-p',
  inRoot(workspace, 'tsconfig.build.json'),
];

/** In the order of the build: what a workspace needs comes before it. */
const WORKSPACES = [
  { name: 'contracts', needs: [], steps: [tsc('contracts')] },
  {
    name: 'backend',
    needs: ['contracts'],
    steps: [
      tsc('backend'),
      // Node knows neither '@/' nor imports without an extension.
      [
        commandScript('tsc-alias', 'dist', 'bin', 'index.js'),
        '-p',
        inRoot('backend', 'tsconfig.build.json'),
        '--resolve-full-paths',
      ],
    ],
  },
  { name: 'payment-simulator', needs: [], steps: [tsc('payment-simulator')] },
  {
    name: 'web',
    needs: ['contracts'],
    steps: [[commandScript('vite', 'bin', 'vite.js'), 'build', inRoot('web'), '--logLevel', 'warn']],
  },
];

const NOT_SOURCE = new Set(['node_modules', 'dist', '.data', 'coverage']);
const SHARED_INPUTS = ['package-lock.json', 'tsconfig.base.json', 'scripts/lib/build.mjs'];

/** Builds each workspace whose sources are not those of its last build. */
export async function build({ force = false } = {}) {
  const hashes = new Map();
  for (const workspace of WORKSPACES) {
    const hash = sourceHash(workspace, hashes);
    hashes.set(workspace.name, hash);
    if (force || stampOf(workspace.name) !== hash) await buildOne(workspace, hash);
  }
}

const stampFile = (name) => inRoot(name, 'dist', '.sources');
const stampOf = (name) => (existsSync(stampFile(name)) ? readFileSync(stampFile(name), 'utf8') : undefined);

async function buildOne({ name, steps }, hash) {
  const start = performance.now();
  const dist = inRoot(name, 'dist');
  rmSync(dist, { recursive: true, force: true });
  for (const args of steps) {
    const { code } = await run(nodeBinary(), args);
    if (code !== 0) throw new Error(`The build of ${name} failed; the messages are above.`);
  }
  mkdirSync(dist, { recursive: true });
  writeFileSync(stampFile(name), hash);
  say(`Built ${name} in ${seconds(start)}.`);
}

function sourceHash({ name, needs }, hashes) {
  const hash = createHash('sha256');
  for (const file of SHARED_INPUTS) hash.update(readFileSync(inRoot(file)));
  for (const needed of needs) hash.update(hashes.get(needed));
  for (const file of sourcesIn(inRoot(name))) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function* sourcesIn(directory) {
  const entries = readdirSync(directory, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (!NOT_SOURCE.has(entry.name)) yield* sourcesIn(path);
    } else if (entry.isFile() && !/\.spec\.tsx?$/.test(entry.name)) {
      yield path;
    }
  }
}
