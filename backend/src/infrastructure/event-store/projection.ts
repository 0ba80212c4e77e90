import type { SqlSession } from '@/infrastructure/postgres/sql';
import type { Recorded, StreamDefinition, StreamEvent } from './stream-event';

export interface ProjectedTable {
  readonly name: string;
  /** All of them; what a hash is made of. Those of type json are hashed as they are written. */
  readonly columns: readonly string[];
  readonly json?: readonly string[];
  /** Statements that make its keys and indexes, once it is filled. */
  readonly indexes: readonly string[];
}

/** A stream as a rebuild reads it. */
export interface ReplayedStream<State, Event extends StreamEvent> {
  readonly id: string;
  readonly version: number;
  readonly state: State;
  readonly events: readonly Recorded<Event>[];
}

/** Tables that are made of streams and of nothing else, so that they can be dropped and made anew. */
export interface Projection<State, Event extends StreamEvent> {
  readonly name: string;
  readonly definition: StreamDefinition<State, Event>;
  readonly tables: readonly ProjectedTable[];
  /** Statements that make the tables without their indexes, in the first schema of the search path. */
  readonly ddl: readonly string[];
  /** The table with one row for each stream: which one it is of, and the version that the row has come to. */
  readonly checkpoint: { readonly table: string; readonly stream: string; readonly version: string };
  /** Set-based; the tables have no rows of these streams. */
  write(session: SqlSession, streams: readonly ReplayedStream<State, Event>[]): Promise<void>;
  /** Removes the rows of these streams. */
  remove(session: SqlSession, ids: readonly string[]): Promise<void>;
}
