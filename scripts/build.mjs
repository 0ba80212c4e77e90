// Builds every workspace, changed or not.
import { build } from './lib/build.mjs';
import { say } from './lib/console.mjs';

try {
  await build({ force: true });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
