import { type AvroRecord, shapeOf, type ValueShape } from '@shop/contracts';
import avro from 'avsc';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { boundsCheckOf } from './avro-bounds';
import { differentMeaning } from './avro-meaning';
import { fingerprintOf } from './schema-fingerprint';

const FRAME_BYTES = 5;
const SCRATCH_BYTES = 65_536;
const MOST_WRITERS = 100;
// One for the process: an encode never waits in between.
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

type Resolver = ReturnType<avro.Type['createResolver']>;

export interface WriterSchema {
  readonly fingerprint: string;
  readonly schema: AvroRecord;
}

interface Reader {
  readonly check: (bytes: Uint8Array) => void;
  readonly resolver: Resolver | undefined;
}

/** Data of one event type as Avro bytes, by its newest schema; reads what any compatible schema wrote. */
export class AvroFormat {
  readonly fingerprint: string;
  private readonly type: avro.Type;
  private readonly shape: ValueShape;
  private readonly readers = new Map<string, Reader>();

  /** Throws `TypeError` or avsc's error where the schema is not one that events can have. */
  constructor(readonly schema: AvroRecord) {
    this.type = avroType(schema);
    this.shape = shapeOf(schema, (length) => Buffer.allocUnsafe(length));
    this.fingerprint = fingerprintOf(schema);
    this.readers.set(this.fingerprint, { check: boundsCheckOf(schema), resolver: undefined });
  }

  /** Avro's plain form, or every fault. */
  toWire(data: unknown): { readonly wire: unknown; readonly faults: readonly Fault[] } {
    const faults: Fault[] = [];
    const wire = this.shape.toWire(data, 'data', faults);
    return { wire, faults };
  }

  fromWire(wire: unknown): unknown {
    // Through bytes, so that defaults are filled in and absent members look as they do after reading.
    return this.shape.fromWire(this.type.fromBuffer(this.type.toBuffer(wire)));
  }

  /** Confluent framing: a zero byte, the schema's id, the value. */
  frame(wire: unknown, schemaId: number): Buffer {
    let target = scratch;
    let end = this.type.encode(wire, target, FRAME_BYTES);
    if (end < 0) {
      target = Buffer.allocUnsafeSlow(target.length - end);
      end = this.type.encode(wire, target, FRAME_BYTES);
    }
    target[0] = 0;
    target.writeInt32BE(schemaId, 1);
    return Buffer.from(target.subarray(0, end));
  }

  /** Throws what is wrong with the bytes, or with the writer's schema. */
  read(bytes: Buffer, writer: WriterSchema): unknown {
    const { check, resolver } = this.readers.get(writer.fingerprint) ?? this.addReader(writer);
    check(bytes);
    return this.shape.fromWire(this.type.fromBuffer(bytes, resolver));
  }

  /** Throws when data written by `writer` cannot be read faithfully. */
  resolverFor(writer: AvroRecord): Resolver {
    const path = differentMeaning(writer, this.schema);
    if (path) throw new TypeError(`${path} means something else in the writer's schema.`);
    return this.type.createResolver(avroType(writer));
  }

  private addReader({ fingerprint, schema }: WriterSchema): Reader {
    const reader = { check: boundsCheckOf(schema), resolver: this.resolverFor(schema) };
    if (this.readers.size < MOST_WRITERS) this.readers.set(fingerprint, reader);
    return reader;
  }
}

/** Logical types are the shape's business; here everything is plain Avro. */
function avroType(schema: AvroRecord): avro.Type {
  return avro.Type.forSchema(schema as unknown as avro.Schema, {
    wrapUnions: false,
    noAnonymousTypes: false,
  });
}
