// Packs KafkaModule for other applications: `node scripts/pack-module.mjs [--built] [folder for the tarball]`. With
// `--built` it takes what was built before, current or not.
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { say } from './lib/console.mjs';
import { packModule } from './lib/pack-module.mjs';

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { built: { type: 'boolean', default: false } },
  });
  if (!values.built) await build();
  const { tarball, files } = await packModule(positionals[0] ?? '.');
  say(`Packed ${files} files into ${tarball}`);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
