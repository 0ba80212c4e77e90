import type { EventDefinition } from '@shop/contracts';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { AvroFormat, type WriterSchema } from './avro-format';
import { JsonSchemaFormat } from './json-schema-format';
import { InvalidEventDefinitionError } from './schema.errors';
import { fingerprintOf } from './schema-fingerprint';

export type EventFormat =
  | { readonly kind: 'avro'; readonly avro: AvroFormat }
  | { readonly kind: 'json'; readonly json: JsonSchemaFormat };

/** An event type with all that is made of its schema; made at first use, since a process uses few of them. */
export class RegisteredEvent implements EventDefinition {
  readonly eventType: string;
  readonly topic: string;
  private compiled: EventFormat | undefined;
  private writers: readonly WriterSchema[] | undefined;

  constructor(private readonly definition: EventDefinition) {
    this.eventType = definition.eventType;
    this.topic = definition.topic;
  }

  get schema(): EventDefinition['schema'] {
    return this.definition.schema;
  }

  /** The version that is written. */
  get schemaVersion(): number {
    return this.schema.kind === 'avro' ? this.schema.versions.length : 1;
  }

  key(data: unknown): string | null {
    return this.definition.key(data);
  }

  get format(): EventFormat {
    this.compiled ??= this.compile();
    return this.compiled;
  }

  /** Every schema version of an Avro event, oldest first. */
  get versions(): readonly WriterSchema[] {
    this.writers ??= (this.schema.kind === 'avro' ? this.schema.versions : []).map((schema) => ({
      schema,
      fingerprint: fingerprintOf(schema),
    }));
    return this.writers;
  }

  /** The version with this fingerprint; a writer we do not know is taken for the newest. */
  versionOf(fingerprint: string): number {
    const index = this.versions.findIndex((version) => version.fingerprint === fingerprint);
    return index === -1 ? this.schemaVersion : index + 1;
  }

  validate(data: unknown): readonly Fault[] {
    const { format } = this;
    return format.kind === 'avro' ? format.avro.toWire(data).faults : format.json.faults(data);
  }

  /** Throws `InvalidEventDefinitionError` where the schema cannot be used or two versions cannot read each other. */
  check(): void {
    const { format } = this;
    if (format.kind === 'json') return;
    try {
      const formats = this.versions.map(({ schema }) => new AvroFormat(schema));
      for (const reader of formats) for (const writer of this.versions) reader.resolverFor(writer.schema);
    } catch (cause) {
      throw this.invalid('has versions that cannot read each other', cause);
    }
  }

  private compile(): EventFormat {
    const { schema } = this;
    try {
      if (schema.kind === 'json-schema') return { kind: 'json', json: new JsonSchemaFormat(schema.schema) };
      const newest = schema.versions[schema.versions.length - 1];
      if (!newest) throw new TypeError('There is no version.');
      return { kind: 'avro', avro: new AvroFormat(newest) };
    } catch (cause) {
      throw this.invalid('has a schema that cannot be used', cause);
    }
  }

  private invalid(what: string, cause: unknown): InvalidEventDefinitionError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new InvalidEventDefinitionError(`Event type '${this.eventType}' ${what}: ${reason}`, { cause });
  }
}
