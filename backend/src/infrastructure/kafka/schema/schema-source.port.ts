import type { WriterSchema } from './avro-format';
import type { RegisteredEvent } from './registered-event';

/**
 * Where schema ids come from and what they mean. Ids belong to one source: bytes that outlive it are kept with the
 * writer's fingerprint.
 */
export interface SchemaSource {
  /** The id that records of this event's newest version are written with. Rejects when it cannot be had. */
  idOf(event: RegisteredEvent): Promise<number>;
  /** What is known of an id without asking anybody. */
  known(id: number): WriterSchema | undefined;
  /** Undefined for an id nobody knows; rejects while that cannot be told. */
  byId(id: number): Promise<WriterSchema | undefined>;
  /** The same by the 128-bit id that newer Confluent clients put into a header. */
  byGuid(guid: string): Promise<WriterSchema | undefined>;
}
