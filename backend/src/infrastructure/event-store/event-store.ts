import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { StreamConflictError } from './event-store.errors';
import { appendArguments, type StoredSnapshot, type StreamAppend } from './stream-append';
import type { Recorded, Stream, StreamDefinition, StreamEvent } from './stream-event';
import { eventsOf, lockedStreams } from './stream-rows';
import { fold } from './upcast';

export interface EventStoreOptions<State, Event extends StreamEvent> {
  readonly definition: StreamDefinition<State, Event>;
  /** A stream's state is kept whenever so many events came since; default 16. */
  readonly snapshotEvery?: number;
  /**
   * Calls a function that appends like `append_to_streams` and writes rows of tables beside it, in the same statement.
   * Default: `append_to_streams`.
   */
  readonly append?: (given: SqlQuery, appends: readonly StreamAppend<State, Event>[]) => SqlQuery;
}

/** Events to append to a stream that was loaded, or was begun by `newStream`. */
export interface Decided<State, Event extends StreamEvent> {
  readonly stream: Stream<State>;
  readonly events: readonly Event[];
}

export const newStream = <State>(id: string): Stream<State> => ({ id, version: 0, state: undefined });

const SNAPSHOT_EVERY = 16;

/**
 * The streams of one kind, in the unit of work in progress. A loaded stream is locked to the end of its transaction,
 * and the transaction knows it from then on: loading it again is no statement.
 */
export class EventStore<State, Event extends StreamEvent> {
  private readonly known = new WeakMap<SqlSession, Map<string, Stream<State>>>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly options: EventStoreOptions<State, Event>,
  ) {}

  /** Undefined when there is no such stream; nothing is locked then. */
  async load(id: string): Promise<Stream<State> | undefined> {
    const session = this.unitOfWork.sql;
    const known = this.knownBy(session);
    const loaded = known.get(id) ?? (await this.read(session, id));
    if (loaded) known.set(id, loaded);
    return loaded;
  }

  /**
   * One statement for all of them. Rejects with `StreamConflictError` when a stream is at another version than the one
   * that was decided on: of one stream nothing was written then and the unit can go on, of several it is rolled back.
   */
  async append(decided: readonly Decided<State, Event>[], at: string): Promise<readonly Stream<State>[]> {
    const session = this.unitOfWork.sql;
    const appends = decided.filter(({ events }) => events.length > 0).map((one) => this.toAppend(one, at));
    if (appends.length === 0) return decided.map(({ stream }) => stream);
    const known = this.knownBy(session);
    if (!(await this.unitOfWork.ask(this.write, appends))) {
      for (const { id } of appends) known.delete(id);
      throw conflictOf(appends);
    }
    const changed = new Map(
      appends.map(({ id, expected, events, state }) => [
        id,
        { id, version: expected + events.length, state } as Stream<State>,
      ]),
    );
    for (const [id, stream] of changed) known.set(id, stream);
    return decided.map(({ stream }) => changed.get(stream.id) ?? stream);
  }

  private async read(session: SqlSession, id: string): Promise<Stream<State> | undefined> {
    const { definition } = this.options;
    const found = await this.unitOfWork.ask(lockedStreams, id);
    if (!found) return undefined;
    const { version, snapshotVersion } = found.head;
    const snapshot = found.head.snapshot as StoredSnapshot<State> | null;
    const usable = snapshot?.stateVersion === definition.stateVersion;
    const after = usable ? snapshotVersion : 0;
    const whole = (usable || snapshotVersion === 0) && found.events.length === version - after;
    // The lock is held by now, so that a second look sees everything.
    const events = whole ? found.events : await eventsOf(session, id, { after });
    return { id, version, state: fold(definition, events, usable ? snapshot.state : undefined) };
  }

  /** False: of the only stream that was to be appended to, nothing was written. */
  private readonly write = async (
    session: SqlSession,
    lists: readonly (readonly StreamAppend<State, Event>[])[],
  ): Promise<readonly boolean[]> => {
    const { definition, append = appendOnly } = this.options;
    const appends = lists.flat();
    try {
      const row = await session.row<{ appended: boolean }>(sql`
        select ${append(appendArguments(definition, appends), appends)} as appended`);
      return lists.map(() => row?.appended === true);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'SV001') throw conflictOf(appends);
      throw error;
    }
  };

  private toAppend({ stream, events }: Decided<State, Event>, at: string): StreamAppend<State, Event> {
    const { definition, snapshotEvery = SNAPSHOT_EVERY } = this.options;
    const recorded = events.map(
      (event, index): Recorded<Event> => ({ ...event, version: stream.version + index + 1, at }),
    );
    const state = recorded.reduce<State | undefined>(definition.evolve, stream.state);
    const latest = stream.version + events.length;
    const snapshot = Math.floor(latest / snapshotEvery) > Math.floor(stream.version / snapshotEvery);
    return { id: stream.id, expected: stream.version, events: recorded, state: state as State, snapshot };
  }

  private knownBy(session: SqlSession): Map<string, Stream<State>> {
    const known = this.known.get(session) ?? new Map<string, Stream<State>>();
    this.known.set(session, known);
    return known;
  }
}

const appendOnly = (given: SqlQuery): SqlQuery => sql`append_to_streams(${given})`;

const conflictOf = (appends: readonly { id: string; expected: number }[]): StreamConflictError =>
  new StreamConflictError(appends.map(({ id, expected }) => ({ id, version: expected })));
