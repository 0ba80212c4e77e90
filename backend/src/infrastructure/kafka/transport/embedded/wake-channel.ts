import pg from 'pg';
import { BackOff } from './back-off';

export type Wake = 'records' | 'groups';

const CHANNEL = 'event_log';
const COALESCE_MS = 10;
const CONNECT_WITHIN_MS = 3_000;
const ANSWER_WITHIN_MS = 6_500;

/**
 * Tells other processes that records were appended or that a group changed, and hears it from them. A connection
 * of its own, outside of every data transaction: a NOTIFY in one would make all commits of the server wait for each
 * other. Nothing depends on it but speed, so what is lost with the connection is not repeated.
 */
export class WakeChannel {
  private client: pg.Client | undefined;
  private connecting: pg.Client | undefined;
  private readonly pending = new Set<Wake>();
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private reconnect: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly backOff = new BackOff();
  private ownBackend = 0;

  constructor(
    private readonly url: string,
    private readonly heard: (wake: Wake) => void,
  ) {}

  async open(): Promise<void> {
    if (this.client || this.connecting || this.closed) return;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'event log: wake',
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
    });
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    client.on('notification', ({ payload, processId }) => {
      if (processId === this.ownBackend) return;
      if (payload === 'records' || payload === 'groups') this.heard(payload);
    });
    this.connecting = client;
    try {
      await client.connect();
      const { rows } = await client.query('select pg_backend_pid() as pid');
      this.ownBackend = (rows[0] as { pid: number }).pid;
      await client.query('set synchronous_commit = off');
      await client.query(`listen ${CHANNEL}`);
      this.client = client;
      this.connecting = undefined;
      this.backOff.reset();
    } catch {
      this.lost(client);
    }
  }

  /** At most one notification of a kind in 10 ms, and one under way. */
  tell(wake: Wake): void {
    this.pending.add(wake);
    if (this.closed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.sendAll();
    }, COALESCE_MS);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.reconnect);
    clearTimeout(this.timer);
    await this.sendAll();
    const client = this.client ?? this.connecting;
    this.client = undefined;
    this.connecting = undefined;
    await client?.end().catch(() => undefined);
  }

  private sendAll(): Promise<void> {
    this.sending ??= this.send().finally(() => {
      this.sending = undefined;
    });
    return this.sending;
  }

  private async send(): Promise<void> {
    const { client } = this;
    while (this.pending.size > 0 && client && this.client === client) {
      const wakes = [...this.pending];
      this.pending.clear();
      try {
        await client.query('select pg_notify($1, wake) from unnest($2::text[]) as w(wake)', [CHANNEL, wakes]);
      } catch {
        this.lost(client);
      }
    }
  }

  private lost(client: pg.Client): void {
    if (this.client !== client && this.connecting !== client) return;
    this.client = undefined;
    this.connecting = undefined;
    client.removeAllListeners('notification');
    client.end().catch(() => undefined);
    if (this.closed) return;
    this.reconnect = setTimeout(() => void this.reopened(), this.backOff.next());
  }

  private async reopened(): Promise<void> {
    await this.open();
    // Whatever was told in between went unheard.
    if (this.client) for (const wake of ['records', 'groups'] as const) this.heard(wake);
  }
}
