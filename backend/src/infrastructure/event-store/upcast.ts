import { UnreadableStreamEventError } from './event-store.errors';
import type { Recorded, StoredEvent, StreamDefinition, StreamEvent } from './stream-event';

type Upcasters<Event extends StreamEvent> = StreamDefinition<unknown, Event>['upcasters'];

export function currentVersion<Event extends StreamEvent>(
  upcasters: Upcasters<Event>,
  type: Event['type'],
): number {
  return upcasters[type].length + 1;
}

/** Throws `UnreadableStreamEventError` for an unknown type, and for a version that only a newer build writes. */
export function upcast<Event extends StreamEvent>(
  upcasters: Upcasters<Event>,
  { type, schemaVersion, data, version, at }: StoredEvent,
): Recorded<Event> {
  const steps = Object.hasOwn(upcasters, type) ? upcasters[type as Event['type']] : undefined;
  if (!steps || schemaVersion < 1 || schemaVersion > steps.length + 1) {
    throw new UnreadableStreamEventError(type, schemaVersion, steps && steps.length + 1);
  }
  const today = steps.slice(schemaVersion - 1).reduce((old: unknown, step) => step(old as never), data);
  return { type, data: today, version, at } as unknown as Recorded<Event>;
}

/** The state after the events, in today's form. */
export function fold<State, Event extends StreamEvent>(
  { upcasters, evolve }: StreamDefinition<State, Event>,
  events: readonly StoredEvent[],
  from?: State,
): State | undefined {
  return events.reduce<State | undefined>(
    (state, event) => evolve(state, upcast<Event>(upcasters, event)),
    from,
  );
}
