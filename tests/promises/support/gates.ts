import pg from 'pg';
import { eventually } from '@/testing/eventually';

/** Class of the advisory locks that are gates; the product's own have one number, so they never meet. */
export const GATES = 20_011;

export interface Arrival {
  /** The server process that waits at the gate. */
  readonly pid: number;
}

/**
 * Moments a spec can stop a process at. A gate is an advisory lock that the spec holds while it is closed; who passes
 * (a trigger in the spec's database, or a handler) takes it shared, and so waits inside of its transaction.
 */
export class Gates {
  private constructor(
    private readonly client: pg.Client,
    private readonly schema: string,
  ) {}

  static async open(url: string, schema: string): Promise<Gates> {
    const client = new pg.Client({ connectionString: url, application_name: 'gates' });
    client.on('error', () => {});
    await client.connect();
    await client.query(`set search_path = "${schema}"`);
    await client.query(`
      create or replace function pass_gate() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(${GATES}, tg_argv[0]::int);
        return null;
      end $$`);
    return new Gates(client, schema);
  }

  /** Rows that fulfil `when` (on `new` and `old`) pass the gate right after they are written. */
  async build(
    gate: number,
    table: string,
    { on, when }: { readonly on: 'insert' | 'update' | 'insert or update'; readonly when?: string },
  ): Promise<void> {
    const condition = when === undefined ? '' : `when (${when})`;
    await this.client.query(`
      create trigger gate_${gate} after ${on} on ${this.schema}.${table} for each row ${condition}
      execute function pass_gate('${gate}')`);
  }

  /** Who comes from here on waits. */
  async close(gate: number): Promise<void> {
    await this.client.query('select pg_advisory_lock($1, $2)', [GATES, gate]);
  }

  async reopen(gate: number): Promise<void> {
    await this.client.query('select pg_advisory_unlock($1, $2)', [GATES, gate]);
  }

  async waiting(gate: number): Promise<readonly Arrival[]> {
    const { rows } = await this.client.query<Arrival>(
      `select pid from pg_locks where locktype = 'advisory' and not granted and classid = $1 and objid = $2
        and objsubid = 2 and database = (select oid from pg_database where datname = current_database())`,
      [GATES, gate],
    );
    return rows;
  }

  /** Resolves when somebody stands at the gate: the moment is now. */
  async arrival(gate: number, withinMs = 20_000): Promise<Arrival> {
    return eventually(async () => (await this.waiting(gate))[0], {
      withinMs,
      what: `somebody at gate ${gate}`,
    });
  }

  /** Ends the sessions that wait for a killed process: the server itself would notice only after the gate. */
  async endSessions(gate: number): Promise<void> {
    for (const { pid } of await this.waiting(gate)) {
      await this.client.query('select pg_terminate_backend($1, 5000)', [pid]);
    }
  }

  async end(): Promise<void> {
    await this.client.end();
  }
}
