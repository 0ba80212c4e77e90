import pg from 'pg';
import type { StoringParams } from './side-params.ts';

/** A connection beside those of the side, in its schema. */
export async function connected({ parts, schema }: StoringParams): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: parts.postgresUrl, options: `-c search_path=${schema}` });
  await client.connect();
  return client;
}
