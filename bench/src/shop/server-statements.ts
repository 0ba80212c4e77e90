import pg from 'pg';

/** What the server has done for one database so far. */
export interface ServerCounts {
  /** By `pg_stat_statements`: whatever a client sent, `begin` and `commit` included. */
  readonly statements: number;
  /** By `pg_stat_database`. Sessions tell it up to a second later. */
  readonly commits: number;
  /** Each of them has cost a second of waiting before it was broken. */
  readonly deadlocks: number;
}

/** Looked at from another database of the server, so that the looking is not counted. */
export class ServerStatements {
  private readonly client: pg.Client;
  private readonly database: string;

  private constructor(client: pg.Client, database: string) {
    this.client = client;
    this.database = database;
  }

  static async open(serverUrl: string, databaseUrl: string): Promise<ServerStatements> {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    await client.query('create extension if not exists pg_stat_statements');
    await client.query('select pg_stat_statements_reset()');
    return new ServerStatements(client, new URL(databaseUrl).pathname.slice(1));
  }

  /** Without those of the bench, which carry `bench_`. */
  async counts(): Promise<ServerCounts> {
    const { rows } = await this.client.query(
      `select d.xact_commit::float8 as commits, d.deadlocks::float8 as deadlocks,
         (select coalesce(sum(s.calls), 0)::float8 from pg_stat_statements s
          where s.dbid = d.datid and position('bench_' in s.query) = 0) as statements
       from pg_stat_database d where d.datname = $1`,
      [this.database],
    );
    return rows[0];
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
