import type { AvroPrimitive, AvroRecord, AvroSchema } from '@shop/contracts';

/**
 * Avro lets a reader take a decimal of scale 2 for one of scale 4, and a plain number for a time: the bytes fit, the
 * value is another. Answers the first path at which the two schemas mean different things.
 */
export function differentMeaning(writer: AvroSchema, reader: AvroSchema, path = 'data'): string | undefined {
  const written = resolved(writer);
  const read = resolved(reader);
  if (isRecord(written) && isRecord(read)) {
    for (const field of read.fields) {
      const counterpart = written.fields.find(({ name }) => name === field.name);
      const found = counterpart && differentMeaning(counterpart.type, field.type, `${path}.${field.name}`);
      if (found) return found;
    }
    return undefined;
  }
  if (hasItems(written) && hasItems(read)) return differentMeaning(written.items, read.items, `${path}[]`);
  return meaningOf(written) === meaningOf(read) ? undefined : path;
}

/** The other branch of an optional's union. */
function resolved(schema: AvroSchema): AvroSchema {
  if (!Array.isArray(schema)) return schema;
  return (schema as readonly AvroSchema[]).find((branch) => branch !== 'null') ?? 'null';
}

const isRecord = (schema: AvroSchema): schema is AvroRecord =>
  typeof schema === 'object' && 'fields' in schema;
const hasItems = (schema: AvroSchema): schema is { type: 'array'; items: AvroSchema } =>
  typeof schema === 'object' && 'items' in schema;

function meaningOf(schema: AvroSchema): string {
  const { logicalType, scale } = typeof schema === 'object' ? (schema as AvroPrimitive) : {};
  return logicalType === undefined ? 'plain' : `${logicalType} ${scale ?? 0}`;
}
