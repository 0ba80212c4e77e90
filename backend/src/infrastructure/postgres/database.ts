import pg from 'pg';
import { TransactionEndedError, translateDatabaseError } from './database.errors';
import { compile, type SqlQuery, type SqlSession } from './sql';

export interface DatabaseOptions {
  readonly url: string;
  /** First schema of the search path: a service's own. */
  readonly schema: string;
  readonly maxConnections: number;
  /** Shown by `pg_stat_activity`. */
  readonly applicationName: string;
  readonly onIdleError?: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** A process that is stopped inside a transaction loses it, so that its locks do not hold the next owner up. */
const STALLED_TRANSACTION_MS = 15_000;

/** A service's own pool. A connection is in one transaction or in none; a broken one never goes back. */
export class Database implements SqlSession {
  readonly schema: string;
  private readonly pool: pg.Pool;

  constructor(options: DatabaseOptions) {
    this.schema = options.schema;
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.maxConnections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: 30_000,
      application_name: options.applicationName,
      options: `-c search_path=${quoteForOptions(options.schema)} -c idle_in_transaction_session_timeout=${STALLED_TRANSACTION_MS}`,
    });
    // A connection that dies while idle is dropped by the pool; the next statement gets a new one.
    this.pool.on('error', (error) => options.onIdleError?.(error));
  }

  rows<Row>(query: SqlQuery): Promise<Row[]> {
    return translated(async () => (await this.pool.query(compile(query))).rows as Row[]);
  }

  async row<Row>(query: SqlQuery): Promise<Row | undefined> {
    return (await this.rows<Row>(query))[0];
  }

  run(query: SqlQuery): Promise<number> {
    return translated(async () => (await this.pool.query(compile(query))).rowCount ?? 0);
  }

  /** Commits when `work` resolves, rolls back when it rejects. After a lost connection the outcome is rejected. */
  transaction<T>(work: (session: Transaction) => Promise<T>): Promise<T> {
    return translated(async () => {
      const client = await this.pool.connect();
      let broken: Error | undefined;
      const onError = (error: Error) => {
        broken = error;
      };
      client.on('error', onError);
      try {
        await client.query('begin');
        const transaction = new Transaction(client);
        const result = await work(transaction).finally(() => transaction.end());
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((rollbackError: Error) => {
          broken = rollbackError;
        });
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    });
  }

  async ping(): Promise<void> {
    await translated(() => this.pool.query('select 1'));
  }

  async close(): Promise<void> {
    if (!this.pool.ended && !this.pool.ending) await this.pool.end();
  }
}

/** One open transaction. When its `work` has ended it takes no statement: the connection is somebody else's then. */
export class Transaction implements SqlSession {
  private ended = false;

  constructor(private readonly client: pg.PoolClient) {}

  end(): void {
    this.ended = true;
  }

  async rows<Row>(query: SqlQuery): Promise<Row[]> {
    return (await this.query(query)).rows as Row[];
  }

  async row<Row>(query: SqlQuery): Promise<Row | undefined> {
    return (await this.rows<Row>(query))[0];
  }

  async run(query: SqlQuery): Promise<number> {
    return (await this.query(query)).rowCount ?? 0;
  }

  private async query(query: SqlQuery): Promise<pg.QueryResult> {
    if (this.ended) throw new TransactionEndedError();
    return this.client.query(compile(query));
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

// The server splits `options` at blanks and unescapes backslashes; the names we use hold neither.
function quoteForOptions(schema: string): string {
  if (!/^[a-z_][a-z0-9_]*$/.test(schema)) throw new Error(`Not a plain schema name: ${schema}`);
  return `"${schema}"`;
}
