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

/**
 * The head under its lock, with the events after the snapshot, in one statement. Where the lock was waited for, the
 * events are those from before the wait; their number tells.
 */
export async function lockedStream(
  session: SqlSession,
  id: string,
): Promise<{ readonly head: StreamHead; readonly events: readonly StoredEvent[] } | undefined> {
  const row = await session.row<StreamHead & { events: readonly PackedEvent[] | null }>(sql`
    with head as materialized (
      select stream_id, version, snapshot_version, snapshot from streams
      where stream_id = ${id} for no key update
    )
    select version, snapshot_version as "snapshotVersion", snapshot, (
      select ${packed} from stream_events
      where stream_events.stream_id = head.stream_id and stream_events.version > head.snapshot_version
    ) as events from head`);
  if (!row) return undefined;
  const { events, ...head } = row;
  return { head, events: unpack(events ?? []) };
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
