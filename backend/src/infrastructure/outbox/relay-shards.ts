import pg from 'pg';
import { RELAY_SHARDS } from './outbox.migrations';
import type { Ownership } from './relay-door';

export interface RelayShardsOptions {
  readonly url: string;
  readonly schema: string;
  readonly onNotified: () => void;
  /** How long a process that gives no sign of life keeps its shards, in ms. */
  readonly leaseMs?: number;
}

const LEASE_MS = 5_000;
const SIGNS_PER_LEASE = 5;
/** Of the lease; what is left covers the way of the answer. */
const TRUSTED = 0.8;
const LOOK_AGAIN_MS = 250;
const TELL_EVERY_MS = 10;

/**
 * Which shards of a schema's outbox this process relays: session advisory locks on a connection of its own, so that
 * ownership ends with the connection, whatever happens to the process. The same connection tells and hears of new rows.
 *
 * A process that is stopped (SIGSTOP, a frozen machine) keeps its connection, and would keep its locks for ever. So the
 * server ends this session when it has been idle for the lease (`idle_session_timeout`, by the server's clock), and a
 * process that lives is not idle for so long. One that goes on after its lease knows by its own clock, which ran on,
 * that `held()` is over, before it hears that the connection is. What it may still have under way is for the door.
 */
export class RelayShards implements Ownership {
  shards: readonly number[] = [];
  private readonly leaseMs: number;
  private client: pg.Client | undefined;
  private ownBackend = 0;
  private signs: NodeJS.Timeout | undefined;
  /** `performance.now()` when we sent what the server answered last. */
  private lastSign = Number.NEGATIVE_INFINITY;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private telling: NodeJS.Timeout | undefined;
  private moreToTell = false;

  constructor(private readonly options: RelayShardsOptions) {
    this.leaseMs = options.leaseMs ?? LEASE_MS;
  }

  /** Takes what is free, connects again after a lost connection. */
  async own(): Promise<Ownership> {
    if (this.client && !this.held()) this.lost(this.client);
    const now = performance.now();
    if (this.client && (this.complete || now - this.lookedAt < LOOK_AGAIN_MS)) return this;
    const client = this.client ?? (await this.connect());
    this.lookedAt = now;
    const { rows } = await this.ask(client, {
      text: `select shard, pg_try_advisory_lock(hashtext($1), shard) as taken
        from generate_series(0, $2 - 1) as shard where shard <> all($3::int[])`,
      values: [lockNameOf(this.options.schema), RELAY_SHARDS, this.shards],
    });
    if (this.client === client) {
      this.shards = [...this.shards, ...rows.filter(({ taken }) => taken).map(({ shard }) => shard)];
    }
    return this;
  }

  get complete(): boolean {
    return this.shards.length === RELAY_SHARDS;
  }

  held(): boolean {
    return performance.now() - this.lastSign < this.leaseMs * TRUSTED;
  }

  /** Other processes have to look: at once, but at most once in 10 ms. Nothing but speed depends on it. */
  tell(): void {
    if (this.telling) {
      this.moreToTell = true;
      return;
    }
    this.notify();
    this.telling = setTimeout(() => {
      this.telling = undefined;
      if (this.moreToTell) this.tell();
    }, TELL_EVERY_MS);
  }

  async close(): Promise<void> {
    const client = this.client;
    this.forget();
    clearTimeout(this.telling);
    this.telling = undefined;
    await client?.end();
  }

  private notify(): void {
    this.moreToTell = false;
    const { client } = this;
    if (client) this.ask(client, `notify ${channelOf(this.options.schema)}`).catch(() => this.lost(client));
  }

  private async connect(): Promise<pg.Client> {
    const { url, schema, onNotified } = this.options;
    const client = new pg.Client({
      connectionString: url,
      application_name: `relay ${schema}`,
      connectionTimeoutMillis: 5_000,
      query_timeout: this.leaseMs,
      keepAlive: true,
      // Its notifications are nothing that has to last, and a commit that waits for no disk holds no other up.
      options: `-c idle_session_timeout=${this.leaseMs} -c synchronous_commit=off`,
    });
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    client.on('notification', ({ processId }) => {
      if (processId !== this.ownBackend) onNotified();
    });
    try {
      await client.connect();
      const { rows } = await this.ask(client, 'select pg_backend_pid() as pid');
      this.ownBackend = rows[0].pid;
      await this.ask(client, `listen ${channelOf(schema)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    this.signs = setInterval(() => {
      this.ask(client, 'select').catch(() => this.lost(client));
    }, this.leaseMs / SIGNS_PER_LEASE);
    return client;
  }

  private async ask(client: pg.Client, query: string | pg.QueryConfig): Promise<pg.QueryResult> {
    const sentAt = performance.now();
    const answer = await client.query(query);
    this.lastSign = Math.max(this.lastSign, sentAt);
    return answer;
  }

  /** The end of an earlier connection is no news of the present one, whose locks must not be left behind. */
  private lost(client: pg.Client): void {
    if (this.client !== client) return;
    this.forget();
    void client.end().catch(() => undefined);
  }

  private forget(): void {
    clearInterval(this.signs);
    this.client = undefined;
    this.shards = [];
  }
}

/** With each shard's number the advisory lock of its owner: `(hashtext(name), shard)`. */
export const lockNameOf = (schema: string): string => `outbox:${schema}`;

/** Schema names are plain (database.ts checks it), so this is an identifier as it stands. */
export const channelOf = (schema: string): string => `outbox_${schema}`;
