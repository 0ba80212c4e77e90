// Where an order is and why, and what an operator has its saga do: `npm run sagas -- --help`.
import { runBackendCli } from './lib/backend-cli.mjs';

await runBackendCli('sagas');
