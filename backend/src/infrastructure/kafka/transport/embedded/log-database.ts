import pg from 'pg';
import { isUnavailable } from '@/infrastructure/postgres/database.errors';
import { StatementNames } from '@/infrastructure/postgres/statement-names';
import { compile, type SqlQuery, type SqlSession } from '@/infrastructure/postgres/sql';
import { LogUnavailableError, UnknownTopicError } from '../transport.errors';

/** Together under the 10 s within which a caller learns that the log does not answer. */
const CONNECT_WITHIN_MS = 3_000;
const ANSWER_WITHIN_MS = 6_500;
/** The server gives up first, so that a slow statement costs no connection. */
const STATEMENT_WITHIN_MS = 6_000;

const UNKNOWN_PARTITION = 'LG404';
const UNDEFINED_TABLE = '42P01';
const CANCELLED = new Set(['57014', '55P03', '40P01']);

export interface LogDatabaseOptions {
  readonly url: string;
  readonly maxConnections: number;
  /** Shown by `pg_stat_activity`. */
  readonly purpose: string;
}

/** A pool whose statements end in bounded time; faults come out as the transport's errors. */
export class LogDatabase implements SqlSession {
  private readonly pool: pg.Pool;
  private readonly names = new StatementNames();

  constructor(options: LogDatabaseOptions) {
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.maxConnections,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      statement_timeout: STATEMENT_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      // A process that was stopped in the middle must not hold a group's lock for ever.
      idle_in_transaction_session_timeout: STATEMENT_WITHIN_MS,
      idleTimeoutMillis: 30_000,
      application_name: `event log: ${options.purpose}`,
      keepAlive: true,
    });
    // The pool drops a connection that dies while idle; the next statement gets a new one and tells its own errors. On
    // its way from the pool to its user it has no other listener, and without one its death would end the process.
    this.pool.on('error', () => {});
    this.pool.on('connect', (client) => client.on('error', () => {}));
  }

  async rows<Row>(query: SqlQuery): Promise<Row[]> {
    return (await this.query(this.statement(query))).rows as Row[];
  }

  async row<Row>(query: SqlQuery): Promise<Row | undefined> {
    return (await this.rows<Row>(query))[0];
  }

  async run(query: SqlQuery): Promise<number> {
    return (await this.query(this.statement(query))).rowCount ?? 0;
  }

  /** A statement the server plans once per connection. */
  async prepared<Row>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return (await this.query({ name, text, values: [...values] })).rows as Row[];
  }

  async transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw translate(error);
    });
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query('begin');
      const result = await work(sessionOf(client));
      await client.query('commit');
      return result;
    } catch (error) {
      const translated = translate(error);
      if (translated instanceof LogUnavailableError) broken = translated;
      else await client.query('rollback').catch(onError);
      throw translated;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    if (!this.pool.ended && !this.pool.ending) await this.pool.end();
  }

  private statement(query: SqlQuery): pg.QueryConfig {
    const { text, values } = compile(query);
    const name = this.names.nameOf(text);
    return name === undefined ? { text, values } : { name, text, values };
  }

  private async query(query: pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      return await this.pool.query(query);
    } catch (error) {
      throw translate(error);
    }
  }
}

/** True where a segment was dropped between the look-up of its name and its use; the statement can be repeated. */
export function isSegmentGone(error: unknown): boolean {
  return codeOf(error) === UNDEFINED_TABLE;
}

function sessionOf(client: pg.PoolClient): SqlSession {
  return {
    rows: async <Row>(query: SqlQuery) => (await client.query(compile(query))).rows as Row[],
    row: async <Row>(query: SqlQuery) => (await client.query(compile(query))).rows[0] as Row | undefined,
    run: async (query) => (await client.query(compile(query))).rowCount ?? 0,
  };
}

/** Faults of the connection, and waits cut short, mean that the log does not answer; the rest passes unchanged. */
export function translate(error: unknown): unknown {
  const code = codeOf(error);
  if (code === UNKNOWN_PARTITION) {
    return new UnknownTopicError('The topic does not exist, or has fewer partitions.', { cause: error });
  }
  const timedOut = error instanceof Error && error.message === 'Query read timeout';
  if (timedOut || isUnavailable(error) || (code !== undefined && CANCELLED.has(code))) {
    return new LogUnavailableError('The event log does not answer.', { cause: error });
  }
  return error;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
