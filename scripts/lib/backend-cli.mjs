import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inRoot, nodeBinary } from './workspace.mjs';

/** Runs a command of the built backend (`backend/dist/cli/<name>.js`) in the caller's terminal; its status is ours. */
export async function runBackendCli(name) {
  const script = inRoot('backend/dist/cli', `${name}.js`);
  if (!existsSync(script)) {
    process.stderr.write('Nothing is built yet: run `npm start`, or `npm run build` first.\n');
    process.exit(1);
  }
  const child = spawn(nodeBinary(), ['--enable-source-maps', script, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, NODE_NO_WARNINGS: process.env.NODE_NO_WARNINGS ?? '1' },
  });
  // The terminal sends Ctrl-C to both; what is to end then the command decides.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal === null ? (code ?? 1) : 130));
  });
}
