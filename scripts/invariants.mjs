// Whether money, stock, orders and events add up: `npm run invariants -- --help`.
import { runBackendCli } from './lib/backend-cli.mjs';

await runBackendCli('invariants');
