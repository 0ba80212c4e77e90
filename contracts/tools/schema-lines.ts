import type { AvroEnum, AvroPrimitive, AvroRecord, AvroSchema } from '../src/avro/avro-schema.ts';

export interface SchemaLine {
  /** Such as `items[].price`. */
  readonly path: string;
  readonly type: string;
  readonly optional: boolean;
  readonly doc: string;
}

/** A schema as a flat list of its fields, for tables and comparisons. */
export function schemaLines(record: AvroRecord, prefix = ''): SchemaLine[] {
  return record.fields.flatMap((field) => {
    const path = `${prefix}${field.name}`;
    const optional = field.default !== undefined;
    const { type, nested, suffix } = describe(field.type);
    const line = { path: `${path}${suffix}`, type, optional, doc: field.doc ?? '' };
    return nested ? [line, ...schemaLines(nested, `${path}${suffix}.`)] : [line];
  });
}

function describe(schema: AvroSchema): { type: string; suffix: string; nested?: AvroRecord } {
  if (typeof schema === 'string') return { type: schema, suffix: '' };
  if (Array.isArray(schema)) return describe(schema.find((branch) => branch !== 'null') ?? 'null');
  const complex = schema as Exclude<AvroSchema, string | readonly AvroSchema[]>;
  switch (complex.type) {
    case 'record':
      return { type: 'object', suffix: '', nested: complex };
    case 'array': {
      const items = describe(complex.items);
      return { ...items, type: `list of ${items.type}`, suffix: `[]${items.suffix}` };
    }
    case 'map':
      return { type: `map of ${describe(complex.values).type}`, suffix: '' };
    case 'enum':
      return { type: (complex as AvroEnum).symbols.map((symbol) => `'${symbol}'`).join(' or '), suffix: '' };
    default:
      return { type: primitive(complex), suffix: '' };
  }
}

function primitive({ type, logicalType, precision, scale }: AvroPrimitive): string {
  if (logicalType === 'decimal') return `decimal(${precision}, ${scale ?? 0})`;
  return { 'timestamp-millis': 'time', json: 'JSON object' }[logicalType ?? ''] ?? type;
}
