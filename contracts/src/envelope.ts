/** One event as code sees it, on both engines and whatever its form on the wire was. */
export interface EventEnvelope<Type extends string = string, Data = unknown> {
  /** A UUIDv7 where we minted it; else the producer's id, or `<partition>-<offset>` where it gave none. */
  readonly eventId: string;
  readonly eventType: Type;
  readonly data: Data;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  /** Who published it; with `eventId` the event's identity. */
  readonly source: string;
  /** What orders it: events of one key are handled one after another. */
  readonly key: string | null;
  /** The same for all events of one story. */
  readonly correlationId: string;
  /** The event that led to this one. */
  readonly causationId?: string;
  /** Version of the schema that `data` was written with, from 1. */
  readonly schemaVersion: number;
}
