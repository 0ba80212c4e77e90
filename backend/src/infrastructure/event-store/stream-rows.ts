import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { StoredEvent } from './stream-event';

export interface StreamHead {
  readonly version: number;
  readonly snapshotVersion: number;
  readonly snapshot: unknown;
}

/** As JSON, which both sides make and read faster than rows with as many columns. */
export type PackedEvent = readonly [number, string, number, unknown, string];

export const packed = sql`json_agg(json_build_array(version, type, schema_version, data, at) order by version)`;

export const unpack = (events: readonly PackedEvent[]): StoredEvent[] =>
  events.map(([version, type, schemaVersion, data, at]) => ({ version, type, schemaVersion, data, at }));

export interface LockedStream {
  readonly head: StreamHead;
  readonly events: readonly StoredEvent[];
}

/**
 * The heads under their locks, with the events after the snapshots, in one statement. Where a lock was waited for, the
 * events are those from before the wait; their number tells. Undefined for a stream that there is not.
 */
export async function lockedStreams(
  session: SqlSession,
  ids: readonly string[],
): Promise<readonly (LockedStream | undefined)[]> {
  const rows = await session.rows<StreamHead & { id: string; events: readonly PackedEvent[] | null }>(sql`
    with head as materialized (
      select stream_id, version, snapshot_version, snapshot from streams
      where stream_id = any(${ids}::text[]) order by stream_id for no key update
    )
    select stream_id as id, version, snapshot_version as "snapshotVersion", snapshot, (
      select ${packed} from stream_events
      where stream_events.stream_id = head.stream_id and stream_events.version > head.snapshot_version
    ) as events from head`);
  const streams = new Map(
    rows.map(({ id, events, ...head }): [string, LockedStream] => [
      id,
      { head, events: unpack(events ?? []) },
    ]),
  );
  return ids.map((id) => streams.get(id));
}

/** Oldest first. */
export async function eventsOf(
  session: SqlSession,
  id: string,
  { after = 0, upTo }: { readonly after?: number; readonly upTo?: number | undefined } = {},
): Promise<readonly StoredEvent[]> {
  const row = await session.row<{ events: readonly PackedEvent[] | null }>(sql`
    select ${packed} as events from stream_events
    where stream_id = ${id} and version > ${after} ${until(upTo)}`);
  return unpack(row?.events ?? []);
}

const until = (version: number | undefined): SqlQuery =>
  version === undefined ? sql`` : sql`and version <= ${version}`;
