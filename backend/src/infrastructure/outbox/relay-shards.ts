import pg from 'pg';
import { RELAY_SHARDS } from './outbox.migrations';

/**
 * Which shards of a schema's outbox this process relays: session advisory locks on a connection of its own, so that
 * ownership ends with the connection, whatever happens to the process. The same connection hears of new rows.
 */
export class RelayShards {
  private client: pg.Client | undefined;
  private owned: number[] = [];

  constructor(
    private readonly url: string,
    private readonly schema: string,
    private readonly onNotified: () => void,
  ) {}

  /** Shards owned now; takes what is free, connects again after a lost connection. */
  async own(): Promise<readonly number[]> {
    if (this.client && this.owned.length === RELAY_SHARDS) return this.owned;
    const client = this.client ?? (await this.connect());
    const { rows } = await client.query<{ shard: number; taken: boolean }>(
      `select shard, pg_try_advisory_lock(hashtext($1), shard) as taken
       from generate_series(0, $2 - 1) as shard where shard <> all($3::int[])`,
      [`outbox:${this.schema}`, RELAY_SHARDS, this.owned],
    );
    this.owned.push(...rows.filter((row) => row.taken).map((row) => row.shard));
    return this.owned;
  }

  get complete(): boolean {
    return this.owned.length === RELAY_SHARDS;
  }

  async close(): Promise<void> {
    const client = this.client;
    this.forget();
    await client?.end();
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: `relay ${this.schema}`,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    client.on('notification', this.onNotified);
    try {
      await client.connect();
      await client.query(`listen ${channelOf(this.schema)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    return client;
  }

  /** The end of an earlier connection is no news of the present one, whose locks must not be left behind. */
  private lost(client: pg.Client): void {
    if (this.client === client) this.forget();
  }

  private forget(): void {
    this.client = undefined;
    this.owned = [];
  }
}

/** Schema names are plain (database.ts checks it), so this is an identifier as it stands. */
export const channelOf = (schema: string): string => `outbox_${schema}`;
