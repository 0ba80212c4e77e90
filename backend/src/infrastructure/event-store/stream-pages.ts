import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { ReplayedStream } from './projection';
import type { Recorded, StoredEvent, StreamDefinition, StreamEvent } from './stream-event';
import { upcast } from './upcast';

type EventRow = StoredEvent & { readonly id: string };

/** Whole streams after an id in the order of ids, at most `limit`; each is as it was at one moment. */
export function pageAfter(session: SqlSession, id: string, limit: number): Promise<EventRow[]> {
  return eventsIn(
    session,
    sql`
    select stream_id from streams where stream_id > ${id} order by stream_id limit ${limit}`,
  );
}

export function pageOf(session: SqlSession, ids: readonly string[]): Promise<EventRow[]> {
  return eventsIn(session, sql`select stream_id from unnest(${ids}::text[]) as wanted (stream_id)`);
}

function eventsIn(session: SqlSession, streams: SqlQuery): Promise<EventRow[]> {
  return session.rows<EventRow>(sql`
    select stream_id as id, version, type, schema_version as "schemaVersion", data, to_json(at) #>> '{}' as at
    from (${streams}) page join stream_events using (stream_id)
    order by stream_id, version`);
}

/** The streams that the rows are of, in today's form. */
export function replayed<State, Event extends StreamEvent>(
  { upcasters, evolve }: StreamDefinition<State, Event>,
  rows: readonly EventRow[],
): readonly ReplayedStream<State, Event>[] {
  const streams: { id: string; version: number; state: State; events: Recorded<Event>[] }[] = [];
  for (const row of rows) {
    const event = upcast<Event>(upcasters, row);
    const last = streams.at(-1);
    if (last?.id === row.id) {
      last.state = evolve(last.state, event);
      last.version = event.version;
      last.events.push(event);
    } else {
      streams.push({ id: row.id, version: event.version, state: evolve(undefined, event), events: [event] });
    }
  }
  return streams;
}
