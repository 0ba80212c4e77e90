import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { Projection } from './projection';

export interface Lag {
  /** Recorded in streams and not in the tables. */
  readonly events: number;
  readonly streams: number;
  /** Age of the oldest of these events in seconds; 0 without any. */
  readonly seconds: number;
}

type Measured = Pick<Projection<never, never>, 'tables' | 'checkpoint'>;

/**
 * Compares the version of each stream with the one that its row has come to. A projection of which a table is not
 * there lacks everything.
 */
export async function lagOf(session: SqlSession, { tables, checkpoint }: Measured): Promise<Lag> {
  const names = tables.map(({ name }) => name);
  const missing = await session.row(sql`
    select 1 from unnest(${names}::text[]) as wanted (name) where to_regclass(quote_ident(name)) is null limit 1`);
  const { table, stream, version } = checkpoint;
  const come = sql`select ${sql.id(stream)}, ${sql.id(version)} from ${sql.id(table)}`;
  const rows = missing ? sql`select null::text, 0 where false` : come;
  const lag = await session.row<Lag>(sql`
    select coalesce(sum(streams.version - coalesce(come.version, 0)), 0)::float8 as events,
      count(streams.stream_id)::int as streams,
      coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float8 as seconds
    from streams left join (${rows}) as come (stream_id, version) on come.stream_id = streams.stream_id
    join stream_events on stream_events.stream_id = streams.stream_id
      and stream_events.version = coalesce(come.version, 0) + 1
    where come.version is distinct from streams.version`);
  return lag ?? { events: 0, streams: 0, seconds: 0 };
}
