import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from '../console.mjs';
import { packModule } from '../pack-module.mjs';
import { run } from '../run.mjs';
import { inRoot } from '../workspace.mjs';

const BENCH = inRoot('bench');
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];

/** The peers of bench/package-lock.json, and our module packed and installed as any application would. */
export async function installBench() {
  const lock = createHash('sha256')
    .update(readFileSync(join(BENCH, 'package-lock.json')))
    .digest('hex');
  await step('.installed-lock', lock, async () => {
    say('Installing what the benches compare with ...');
    await npm(['ci', '--include=dev', ...QUIET]);
  });
  const module = readFileSync(inRoot('backend/dist/.sources'), 'utf8');
  await step('.installed-module', module, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-bench-module-'));
    try {
      const { tarball } = await packModule(folder);
      // The lock file names no tarball, which is another one after each build.
      await npm(['install', '--no-save', '--prefer-offline', ...QUIET, tarball]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    say('Installed the packed module.');
  });
}

async function step(name, wanted, work) {
  const stamp = join(BENCH, 'node_modules', name);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await work();
  writeFileSync(stamp, wanted);
}

async function npm(args) {
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { code, output } = await run(command, args, { cwd: BENCH, quiet: true });
  if (code !== 0) throw new Error(`npm ${args[0]} failed in bench/:\n${output}`);
}
