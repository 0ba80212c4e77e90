import pg from 'pg';
import { eventually } from '@/testing/eventually';
import type { Effect, Fault } from './effect-tables';
import type { Step } from './step-events';

export const SCHEMA = 'promises';

export interface ParkedRow {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly state: 'waiting' | 'behind' | 'dead' | 'skip' | 'discard';
  readonly attempts: number;
  readonly handler: string | null;
  readonly pending: readonly string[];
}

export interface Letter {
  readonly id: string;
  readonly handler: string;
  readonly key: string | null;
  readonly offset: number;
  readonly status: string;
  readonly attempts: number;
  readonly cause_code: string;
}

/** The tables of the group under test, read by a client of the spec's own. */
export class DeliveryTables {
  private readonly pool: pg.Pool;

  constructor(
    url: string,
    private readonly group: string,
    private readonly topic: string,
    private readonly ends: () => Promise<ReadonlyMap<number, number>>,
  ) {
    this.pool = new pg.Pool({
      connectionString: url,
      max: 4,
      application_name: 'witness',
      options: `-c search_path=${SCHEMA}`,
    });
    // The database goes away in some of the specs.
    this.pool.on('error', () => {});
  }

  async rows<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, [...values])).rows;
  }

  async plan(faults: readonly Fault[]): Promise<void> {
    await this.rows(
      `insert into faults select * from jsonb_to_recordset($1) as f (handler text, key text, seq int, fails int)
       on conflict (handler, key, seq) do update set fails = excluded.fails`,
      [JSON.stringify(faults)],
    );
  }

  /** How often the planned faults of this handler were thrown. */
  async struck(handler: string): Promise<number> {
    const [row] = await this.rows<{ struck: number }>(
      'select coalesce(sum(struck), 0)::int as struck from faults where handler = $1',
      [handler],
    );
    return row?.struck ?? 0;
  }

  /** Planned faults that no run has met. */
  neverStruck(): Promise<Fault[]> {
    return this.rows('select handler, key, seq, fails from faults where struck = 0');
  }

  /** As if the event had never been handled: neither its effect nor its mark is there. */
  async forget({ key, seq }: Step): Promise<void> {
    await this.rows(
      `with effect as (delete from effects where key = $1 and seq = $2 returning partition, "offset")
       delete from inbox using effect
       where inbox.topic = $3 and inbox.partition = effect.partition and inbox."offset" = effect."offset"`,
      [key, seq, this.topic],
    );
  }

  /** In the order they were written. */
  effects(handler?: string): Promise<Effect[]> {
    return this.rows<Effect>(
      `select id::int, handler, key, seq, partition, "offset"::int, attempt, worker from effects
       where $1::text is null or handler = $1 order by id`,
      [handler ?? null],
    );
  }

  /** Per key, the steps that had their effect, in order. */
  async stepsByKey(handler?: string): Promise<Record<string, number[]>> {
    const byKey: Record<string, number[]> = {};
    for (const { key, seq } of await this.effects(handler)) (byKey[key] ??= []).push(seq);
    return byKey;
  }

  parked(): Promise<ParkedRow[]> {
    return this.rows<ParkedRow>(
      `select partition, "offset"::int, convert_from(key, 'utf8') as key, state, attempts, handler, pending
       from parked where group_id = $1 order by partition, "offset"`,
      [this.group],
    );
  }

  letters(): Promise<Letter[]> {
    return this.rows<Letter>(
      `select id, handler, convert_from(key, 'utf8') as key, "offset"::int, status, attempts, cause_code
       from dead_letters where group_id = $1 order by partition, "offset"`,
      [this.group],
    );
  }

  async watermarks(): Promise<ReadonlyMap<number, { readonly watermark: number; readonly epoch: number }>> {
    const rows = await this.rows<{ partition: number; watermark: number; epoch: number }>(
      `select partition, watermark::int, epoch::int from progress where group_id = $1 and topic = $2`,
      [this.group, this.topic],
    );
    return new Map(rows.map(({ partition, ...row }) => [partition, row]));
  }

  /** Partitions that have another owner than they had. */
  async moved(before: ReadonlyMap<number, { readonly epoch: number }>): Promise<ReadonlySet<number>> {
    const now = await this.watermarks();
    return new Set([...now.keys()].filter((one) => now.get(one)?.epoch !== before.get(one)?.epoch));
  }

  async resets(): Promise<{ partition: number; committed: number; watermark: number }[]> {
    return this.rows(
      `select partition, committed::int, watermark::int from outside_resets where group_id = $1 order by partition`,
      [this.group],
    );
  }

  /** The handler has its own progress on every partition, so where it began is settled. */
  async begun(handler: string): Promise<void> {
    const partitions = (await this.ends()).size;
    await eventually(
      async () => {
        const rows = await this.rows(
          'select distinct partition from segments where group_id = $1 and handler = $2',
          [this.group, handler],
        );
        return rows.length === partitions;
      },
      { what: `${handler} to begin` },
    );
  }

  countParked(): Promise<number> {
    return this.count('select 1 from parked where group_id = $1', this.group);
  }

  /** Of the keys that are like this. */
  countEffects(keys: string): Promise<number> {
    return this.count('select 1 from effects where key like $1', keys);
  }

  /** Parked events wait for an hour, however short their pauses are; `runParked` ends it. */
  async holdParked(): Promise<void> {
    await this.rows(`create or replace function hold_parked() returns trigger language plpgsql as $$
      begin
        if new.state = 'waiting' and new.attempts > 0 then new.due_at := clock_timestamp() + interval '1 hour'; end if;
        return new;
      end $$`);
    await this.rows(
      `create trigger hold_parked before insert or update on parked for each row execute function hold_parked()`,
    );
  }

  /** All of them are due now. */
  async runParked(): Promise<void> {
    await this.rows('drop trigger if exists hold_parked on parked');
    await this.rows(`update parked set due_at = clock_timestamp() where state = 'waiting'`);
  }

  /** Everything in the log has been read and has its outcome, and nothing waits for a run of its own accord. */
  async quiet(withinMs = 30_000): Promise<void> {
    let seen: unknown;
    await eventually(
      async () => {
        const [ends, watermarks] = [await this.ends(), await this.watermarks()];
        const waiting = await this.waitingForARun();
        seen = { ends: [...ends], watermarks: [...watermarks], waiting };
        const read = [...ends].every(
          ([partition, end]) => (watermarks.get(partition)?.watermark ?? 0) >= end,
        );
        return read && waiting.length === 0;
      },
      { withinMs, what: 'everything to have its outcome' },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${JSON.stringify(seen)}`, { cause: error });
    });
  }

  /** Everything that is known of the group, for a failed case. */
  async asText(): Promise<string> {
    const tables = ['progress', 'segments', 'parked', 'dead_letters', 'effects', 'faults'];
    const shown = tables.map(async (table) => {
      const rows = await this.rows(`select * from ${table} order by 1, 2 limit 40`);
      return [table, ...rows.map((row) => JSON.stringify(row))].join('\n  ');
    });
    return Promise.all(shown).then((texts) => texts.join('\n'), String);
  }

  /** No replay is under way or waits to be resumed. */
  async replaysEnded(): Promise<void> {
    const open = () => this.count('select 1 from replays where state = $1', 'running');
    await eventually(async () => (await open()) === 0, { what: 'every replay to end' });
  }

  async end(): Promise<void> {
    await this.pool.end();
  }

  private async count(query: string, value: string): Promise<number> {
    const [row] = await this.rows<{ count: number }>(`select count(*)::int as count from (${query})`, [
      value,
    ]);
    return row?.count ?? 0;
  }

  /** The first ones. Followers wait for good behind a head that is dead; behind any other they will run. */
  private waitingForARun(): Promise<{ partition: number; offset: number; state: string }[]> {
    return this.rows(
      `select partition, "offset"::int, state from parked as row
       where group_id = $1 and state <> 'dead' and (state <> 'behind' or not exists (
         select 1 from parked as head where head.group_id = row.group_id and head.partition = row.partition
           and head.topic = row.topic and head.lane = row.lane and head.state = 'dead'
           and head."offset" < row."offset")) limit 5`,
      [this.group],
    );
  }
}
