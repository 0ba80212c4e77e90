// Runs one statement, reading only, on the database of the shop: `npm run sql -- "select …"`. The server is that of
// DATABASE_URL, else the one that runs in DATA_DIR.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';

const PORT_LINE = 3;
const LONGEST_RUN_MS = 30_000;
const statement = process.argv.slice(2).join(' ').trim();

if (statement === '') fail('usage: npm run sql -- "select …"');
const client = new pg.Client({
  connectionString: process.env.DATABASE_URL || embeddedServer(),
  options: `-c default_transaction_read_only=on -c statement_timeout=${LONGEST_RUN_MS}`,
});
try {
  await client.connect();
  const { rows } = await client.query(statement);
  console.table(rows);
  console.log(`${rows.length} rows`);
} catch (error) {
  fail(error.message);
} finally {
  await client.end();
}

function embeddedServer() {
  const dataDir = resolve(process.env.DATA_DIR || '.data');
  const running = join(dataDir, 'postgres', 'postmaster.pid');
  if (!existsSync(running)) fail(`No PostgreSQL runs in ${dataDir}: start the shop, or set DATABASE_URL.`);
  const port = readFileSync(running, 'utf8').split('\n')[PORT_LINE];
  const secret = readFileSync(join(dataDir, 'postgres.secret'), 'utf8').trim();
  return `postgres://postgres:${secret}@127.0.0.1:${port}/postgres`;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
