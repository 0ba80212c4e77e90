// What became of every event: `npm run accounting -- --help`.
import { runBackendCli } from './lib/backend-cli.mjs';

await runBackendCli('accounting');
