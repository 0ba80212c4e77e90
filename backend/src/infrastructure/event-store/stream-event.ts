/** What a service records of one thing. `type` and `data` are what today's code knows, whatever was once stored. */
export interface StreamEvent {
  readonly type: string;
  readonly data: unknown;
}

/** As it stands in the table; `data` in the form of its schema version. */
export interface StoredEvent extends StreamEvent {
  readonly version: number;
  readonly schemaVersion: number;
  /** ISO 8601, to the microsecond. */
  readonly at: string;
}

/** An event in today's form, with its place in the stream. */
export type Recorded<Event> = Event & { readonly version: number; readonly at: string };

/** One stream as it is at a version; version 0 has no state. */
export interface Stream<State> {
  readonly id: string;
  readonly version: number;
  readonly state: State | undefined;
}

/** What the store has to know of a kind of stream. Everything in it is pure. */
export interface StreamDefinition<State, Event extends StreamEvent> {
  /**
   * Every type with what brings its data from each schema version to the next one; the current version is one more
   * than their number. A landed one is never edited.
   */
  readonly upcasters: Readonly<Record<Event['type'], readonly Upcaster[]>>;
  evolve(state: State | undefined, event: Recorded<Event>): State;
  /** Raised whenever the form of `State` changes: snapshots of another one are left aside. */
  readonly stateVersion: number;
}

/** Takes the form of its own schema version. */
export type Upcaster = (data: never) => unknown;
