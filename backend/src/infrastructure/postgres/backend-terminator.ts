import pg from 'pg';

/** One server process. Its pid is used again after its end, the two together are not. */
export interface Backend {
  readonly pid: number;
  /** Seconds since 1970 as the server writes them, with their microseconds. */
  readonly startedAt: string;
}

interface Request {
  readonly backend: Backend;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const LIMIT_MS = 5_000;

/** Of the session that asks, so that a later one with the same pid is not taken for it. */
export async function backendOf(client: pg.ClientBase): Promise<Backend> {
  const { rows } = await client.query<Backend>(
    `select pid, extract(epoch from backend_start)::text as "startedAt"
      from pg_stat_activity where pid = pg_backend_pid()`,
  );
  const [backend] = rows;
  if (!backend) throw new Error('The server does not list our own session.');
  return backend;
}

/**
 * Ends sessions from outside, over a connection of its own, since those of the pool may all hang. Requests that come
 * while one is carried out share the next connection.
 */
export class BackendTerminator {
  private waiting: Request[] = [];
  private running = false;

  constructor(
    private readonly url: string,
    private readonly applicationName: string,
  ) {}

  /** Resolves when the session is gone, its transaction rolled back and its locks free. Rejects when that is not known. */
  terminate(backend: Backend): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ backend, resolve, reject });
    if (!this.running) void this.work();
    return promise;
  }

  private async work(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const requests = this.waiting;
      this.waiting = [];
      try {
        await this.end(requests.map(({ backend }) => backend));
        for (const { resolve } of requests) resolve();
      } catch (error) {
        for (const { reject } of requests) reject(error);
      }
    }
    this.running = false;
  }

  private async end(backends: readonly Backend[]): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: LIMIT_MS,
      query_timeout: 2 * LIMIT_MS,
      application_name: this.applicationName,
    });
    // What goes wrong with this connection rejects the query under way.
    client.on('error', () => undefined);
    try {
      await client.connect();
      const those = [backends.map(({ pid }) => pid), backends.map(({ startedAt }) => startedAt)];
      // First the signal to all, then the wait for each; one that is gone by then answers as one that stays would.
      await client.query(`select pg_terminate_backend(pid) ${LISTED}`, those);
      await client.query(`select pg_terminate_backend(pid, ${LIMIT_MS}) ${LISTED}`, those);
      const { rows } = await client.query(`select pid ${LISTED}`, those);
      if (rows.length > 0) throw new Error(`${rows.length} sessions did not end within ${LIMIT_MS} ms.`);
    } finally {
      // Not awaited: a server that does not answer would hold us here.
      void client.end().catch(() => undefined);
    }
  }
}

const LISTED = `from unnest($1::int[], $2::text[]) as doomed (doomed_pid, started_at)
  join pg_stat_activity on pid = doomed_pid and extract(epoch from backend_start)::text = started_at`;
