import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import type { Recorded, StreamDefinition, StreamEvent } from './stream-event';
import { currentVersion } from './upcast';

/** What is to be appended to one stream, and the state after it. */
export interface StreamAppend<State, Event extends StreamEvent> {
  readonly id: string;
  readonly expected: number;
  readonly events: readonly Recorded<Event>[];
  readonly state: State;
  /** The state is kept as a snapshot. */
  readonly snapshot: boolean;
}

/** A snapshot with the version of its form. */
export interface StoredSnapshot<State> {
  readonly stateVersion: number;
  readonly state: State;
}

/** The arguments of `append_to_streams`, to be continued by those of a function that projects as well. */
export function appendArguments<State, Event extends StreamEvent>(
  { upcasters, stateVersion }: StreamDefinition<State, Event>,
  appends: readonly StreamAppend<State, Event>[],
): SqlQuery {
  const events = appends.flatMap(({ id, events }) => events.map((event) => ({ id, event })));
  const snapshots = appends.map(({ snapshot, state }) =>
    snapshot ? JSON.stringify({ stateVersion, state } satisfies StoredSnapshot<State>) : null,
  );
  return sql`${appends.map(({ id }) => id)}::text[], ${appends.map(({ expected }) => expected)}::int[],
    ${appends.map(({ expected, events }) => expected + events.length)}::int[], ${snapshots}::text[],
    ${events.map(({ id }) => id)}::text[], ${events.map(({ event }) => event.version)}::int[],
    ${events.map(({ event }) => event.type)}::text[],
    ${events.map(({ event }) => currentVersion<Event>(upcasters, event.type))}::int[],
    ${events.map(({ event }) => JSON.stringify(event.data))}::text[],
    ${events.map(({ event }) => event.at)}::timestamptz[]`;
}
