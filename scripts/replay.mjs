// A range of a topic once more through chosen handlers: `npm run replay -- --help`.
import { runBackendCli } from './lib/backend-cli.mjs';

await runBackendCli('replay');
