import avro from 'avsc';
import type { AvroRecord } from '../src/avro/avro-schema.ts';
import type { ValueFault } from '../src/avro/value-fault.ts';
import { shapeOf } from '../src/avro/value-shape.ts';

export const avroType = (schema: AvroRecord): avro.Type =>
  avro.Type.forSchema(schema as unknown as avro.Schema, { wrapUnions: false });

/** The bytes of data by a schema, or its faults. */
export function bytesOf(schema: AvroRecord, data: unknown): { bytes: Buffer } | { faults: ValueFault[] } {
  const faults: ValueFault[] = [];
  const wire = shapeOf(schema, (length) => Buffer.alloc(length)).toWire(data, 'data', faults);
  return faults.length > 0 ? { faults } : { bytes: avroType(schema).toBuffer(wire) };
}
