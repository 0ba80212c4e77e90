// Runs before `npm start` and `npm test`, on a fresh clone too: Node's built-in modules only, Node 20 or newer.
import { build } from './lib/build.mjs';
import { say } from './lib/console.mjs';
import { install } from './lib/install.mjs';
import { endAll } from './lib/run.mjs';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    endAll();
    process.exitCode = 130;
  });
}

try {
  await install();
  if (process.argv.includes('--build')) await build();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
