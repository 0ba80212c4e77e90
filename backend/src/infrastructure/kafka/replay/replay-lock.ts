import pg from 'pg';
import { sql, type SqlQuery } from '@/infrastructure/postgres/sql';

/**
 * The right to run one replay: a session lock on a connection of its own, so that it ends with the process, however
 * that ends. A process that is stopped and continued keeps it.
 */
export class ReplayLock {
  private ended = false;

  /** The connection broke, or was ended. */
  get isLost(): boolean {
    return this.ended;
  }

  private constructor(
    private readonly client: pg.Client,
    private readonly onLost: () => void,
  ) {}

  /** Undefined while another process runs the replay. `onLost`: the connection broke, so another one may. */
  static async take(
    url: string,
    schema: string,
    id: string,
    onLost: () => void,
  ): Promise<ReplayLock | undefined> {
    const client = new pg.Client({
      connectionString: url,
      application_name: `replay ${schema}`,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    const lock = new ReplayLock(client, onLost);
    client.on('error', () => lock.lost());
    client.on('end', () => lock.lost());
    try {
      await client.connect();
      const { rows } = await client.query<{ taken: boolean }>(
        'select pg_try_advisory_lock(hashtext($1), hashtext($2)) as taken',
        [lockSpace(schema), id],
      );
      if (rows[0]?.taken) return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
    await lock.release();
    return undefined;
  }

  async release(): Promise<void> {
    this.ended = true;
    // A connection that is broken already has released it.
    await this.client.end().catch(() => undefined);
  }

  private lost(): void {
    if (this.ended) return;
    this.ended = true;
    this.onLost();
  }
}

const lockSpace = (schema: string): string => `replay:${schema}`;

/** A process holds the lock of the replay `id`. */
export const isHeld = (schema: string, id: SqlQuery): SqlQuery => sql`exists (
  select 1 from pg_locks
  where locktype = 'advisory' and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database())
    and classid::bigint = hashtext(${lockSpace(schema)})::bigint & 4294967295
    and objid::bigint = hashtext(${id}::text)::bigint & 4294967295)`;
