// The tables that are made of streams: `npm run projections -- --help`.
import { runBackendCli } from './lib/backend-cli.mjs';

await runBackendCli('projections');
