import pg from 'pg';
import { BackendTerminator } from './backend-terminator';
import { TransactionAbortedError, TransactionEndedError, translateDatabaseError } from './database.errors';
import { StatementNames } from './statement-names';
import { compile, type SqlQuery, type SqlSession } from './sql';
import { socketOf, TransactionDeadline } from './transaction-deadline';

export interface DatabaseOptions {
  readonly url: string;
  /** First schema of the search path: a service's own. */
  readonly schema: string;
  readonly maxConnections: number;
  /** Shown by `pg_stat_activity`. */
  readonly applicationName: string;
  readonly onIdleError?: (error: Error) => void;
}

export interface TransactionOptions {
  /**
   * From the first statement to the commit. Then the session is ended from outside, nothing of it can be committed any
   * more, and statements that the work still sends are refused.
   */
  readonly timeoutMs?: number;
  /** Called when the time is over, before anything is awaited. */
  readonly onTimeout?: () => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** A process that is stopped inside a transaction loses it, so that its locks do not hold the next owner up. */
const STALLED_TRANSACTION_MS = 15_000;

interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values: unknown[];
}

/** A service's own pool. A connection is in one transaction or in none; a broken one never goes back. */
export class Database implements SqlSession {
  readonly schema: string;
  private readonly pool: pg.Pool;
  private readonly names = new StatementNames();
  private readonly terminator: BackendTerminator;

  constructor(options: DatabaseOptions) {
    this.schema = options.schema;
    this.terminator = new BackendTerminator(options.url, options.applicationName);
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.maxConnections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: 30_000,
      application_name: options.applicationName,
      // Statements of one connection that do not wait for each other's answers share their way to the server.
      pipeline: true,
      options: `-c search_path=${quoteForOptions(options.schema)} -c idle_in_transaction_session_timeout=${STALLED_TRANSACTION_MS}`,
    });
    // A connection that dies while idle is dropped by the pool; the next statement gets a new one. On its way from the
    // pool to its user it has no other listener, and without one its death would end the process.
    this.pool.on('error', (error) => options.onIdleError?.(error));
    this.pool.on('connect', (client) => client.on('error', () => {}));
  }

  rows<Row>(query: SqlQuery): Promise<Row[]> {
    return translated(async () => (await this.pool.query(this.statement(query))).rows as Row[]);
  }

  async row<Row>(query: SqlQuery): Promise<Row | undefined> {
    return (await this.rows<Row>(query))[0];
  }

  run(query: SqlQuery): Promise<number> {
    return translated(async () => (await this.pool.query(this.statement(query))).rowCount ?? 0);
  }

  /**
   * Commits when `work` resolves, rolls back when it rejects. Rejects with `HandlerTimeoutError` after `timeoutMs`, and
   * with `DatabaseUnavailableError` where the connection was lost; only then is the outcome of a commit not known.
   */
  async transaction<T>(
    work: (session: Transaction) => Promise<T>,
    { timeoutMs, onTimeout }: TransactionOptions = {},
  ): Promise<T> {
    const client = await translated(() => this.pool.connect());
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    const transaction = new Transaction(client, (query) => this.statement(query));
    const deadline =
      timeoutMs === undefined
        ? undefined
        : new TransactionDeadline(client, this.terminator, timeoutMs, () => {
            transaction.end();
            onTimeout?.();
          });
    const begun = async () => {
      await translated(async () => {
        await deadline?.prepare();
        await client.query(beginWith(timeoutMs));
      });
      // What the work throws is its own, also where it looks like a lost connection: it may have others than ours.
      return work(transaction).finally(() => transaction.end());
    };
    try {
      const result = deadline ? await deadline.limit(begun()) : await begun();
      await translated(() => commit(client));
      return result;
    } catch (error) {
      if (!deadline?.over) {
        await client.query('rollback').catch((rollbackError: Error) => {
          broken = rollbackError;
        });
      }
      throw error;
    } finally {
      deadline?.clear();
      if (deadline?.over) broken ??= new Error('The session was ended.');
      // A connection that is thrown away may still have an error to tell.
      if (!broken) client.off('error', onError);
      client.release(broken);
    }
  }

  private statement(query: SqlQuery): Statement {
    const { text, values } = compile(query);
    const name = this.names.nameOf(text);
    return name === undefined ? { text, values } : { name, text, values };
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

  constructor(
    private readonly client: pg.PoolClient,
    private readonly statement: (query: SqlQuery) => Statement,
  ) {}

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
    return translated(() => {
      sendInOneGo(this.client);
      return this.client.query(this.statement(query));
    });
  }
}

const gathering = new WeakSet<pg.PoolClient>();

/** All that is sent to the connection in this turn goes out by one system call, which is most of a statement's cost. */
function sendInOneGo(client: pg.PoolClient): void {
  if (gathering.has(client)) return;
  gathering.add(client);
  const socket = socketOf(client);
  socket.cork();
  process.nextTick(() => {
    gathering.delete(client);
    socket.uncork();
  });
}

/** Work that may take longer than a stalled process is given keeps its session while it does something else. */
function beginWith(timeoutMs: number | undefined): string {
  if (timeoutMs === undefined || timeoutMs < STALLED_TRANSACTION_MS) return 'begin';
  return `begin; set local idle_in_transaction_session_timeout = ${timeoutMs + STALLED_TRANSACTION_MS}`;
}

/** The server answers the commit of a transaction with a failed statement by rolling it back, without an error. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit');
  if (command === 'ROLLBACK') throw new TransactionAbortedError();
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
