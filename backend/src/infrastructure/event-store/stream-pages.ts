import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { ReplayedStream } from './projection';
import type { Recorded, StreamDefinition, StreamEvent } from './stream-event';
import { type PackedEvent, packed, unpack } from './stream-rows';
import { upcast } from './upcast';

interface StreamRow {
  readonly id: string;
  readonly events: readonly PackedEvent[];
}

/**
 * Whole streams after an id in the order of ids, at most `limit`; each is as it was at one moment. By a range of the
 * key: a join with the ids may begin at the first stream each time.
 */
export function pageAfter(session: SqlSession, id: string, limit: number): Promise<StreamRow[]> {
  return streamsWhere(
    session,
    sql`stream_id > ${id} and stream_id <= (
      select max(stream_id) from (
        select stream_id from streams where stream_id > ${id} order by stream_id limit ${limit}
      ) page)`,
  );
}

export function pageOf(session: SqlSession, ids: readonly string[]): Promise<StreamRow[]> {
  return streamsWhere(session, sql`stream_id = any(${ids}::text[])`);
}

function streamsWhere(session: SqlSession, condition: SqlQuery): Promise<StreamRow[]> {
  return session.rows<StreamRow>(sql`
    select stream_id as id, ${packed} as events from stream_events where ${condition}
    group by stream_id order by stream_id`);
}

/** The streams of the rows, in today's form. */
export function replayed<State, Event extends StreamEvent>(
  { upcasters, evolve }: StreamDefinition<State, Event>,
  rows: readonly StreamRow[],
): readonly ReplayedStream<State, Event>[] {
  return rows.map(({ id, events }) => {
    let state: State | undefined;
    const recorded = unpack(events).map((stored): Recorded<Event> => {
      const event = upcast<Event>(upcasters, stored);
      state = evolve(state, event);
      return event;
    });
    return { id, version: recorded.at(-1)?.version ?? 0, state: state as State, events: recorded };
  });
}
