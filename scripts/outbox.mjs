// What waits in the outboxes, and what becomes of rows that the log refused: `npm run outbox -- --help`.
import { runBackendCli } from './lib/backend-cli.mjs';

await runBackendCli('outbox');
