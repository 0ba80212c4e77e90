import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database for one scenario, on the server of the given one. */
export interface HarnessDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function harnessDatabase(server: string): Promise<HarnessDatabase> {
  const name = `handler_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server, `drop database if exists ${name} with (force)`) };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // The statement under way tells its caller.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
