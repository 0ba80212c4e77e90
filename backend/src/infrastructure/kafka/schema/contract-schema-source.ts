import type { WriterSchema } from './avro-format';
import type { EventRegistry } from './event-registry';
import type { RegisteredEvent } from './registered-event';
import { InvalidEventDefinitionError } from './schema.errors';
import type { SchemaSource } from './schema-source.port';

/** Schemas of this process' own definitions, with ids made of their fingerprints: the same in every process. */
export class ContractSchemaSource implements SchemaSource {
  private readonly schemas = new Map<number, WriterSchema>();
  private readonly ids = new Map<RegisteredEvent, number>();

  constructor(registry: EventRegistry) {
    for (const event of registry.all()) {
      for (const version of event.versions) this.ids.set(event, this.add(version, event));
    }
  }

  async idOf(event: RegisteredEvent): Promise<number> {
    const id = this.ids.get(event);
    if (id === undefined) throw new InvalidEventDefinitionError(`'${event.eventType}' has no Avro schema.`);
    return id;
  }

  known(id: number): WriterSchema | undefined {
    return this.schemas.get(id);
  }

  async byId(id: number): Promise<WriterSchema | undefined> {
    return this.schemas.get(id);
  }

  async byGuid(): Promise<undefined> {
    return undefined;
  }

  private add(version: WriterSchema, event: RegisteredEvent): number {
    const id = idOfFingerprint(version.fingerprint);
    const other = this.schemas.get(id);
    if (other && other.fingerprint !== version.fingerprint) {
      throw new InvalidEventDefinitionError(
        `A schema of '${event.eventType}' has the id of '${other.schema.name}', ${id}. Change its name.`,
      );
    }
    this.schemas.set(id, version);
    return id;
  }
}

/** Confluent framing has room for 32 bits, and its ids are positive. */
export function idOfFingerprint(fingerprint: string): number {
  return Number.parseInt(fingerprint.slice(0, 8), 16) >>> 1;
}
