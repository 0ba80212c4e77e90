// What is dead, and what is done about it: `npm run dead-letters -- --help`.
import { runBackendCli } from './lib/backend-cli.mjs';

await runBackendCli('dead-letters');
