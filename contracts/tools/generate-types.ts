import type { AvroEnum, AvroField, AvroPrimitive, AvroRecord, AvroSchema } from '../src/avro/avro-schema.ts';
import { isOptional } from '../src/avro/value-shape.ts';
import { type CatalogueEntry, currentVersion } from './catalogue.ts';

/** The data of a topic's events as TypeScript interfaces, one per record. */
export function typesOf(entries: readonly CatalogueEntry[]): string {
  const interfaces: string[] = [];
  for (const entry of entries) {
    const record = currentVersion(entry);
    addInterface(record, dataName(record), interfaces);
  }
  const body = interfaces.join('\n');
  const imports = body.includes('JsonObject')
    ? "import type { JsonObject } from '../../avro/json-value.ts';\n\n"
    : '';
  return `${imports}${body}`;
}

export const dataName = (record: AvroRecord): string => `${record.name}Data`;
export const eventName = (record: AvroRecord): string => `${record.name}Event`;

function addInterface(record: AvroRecord, name: string, interfaces: string[]): void {
  const members = record.fields.map((field) => member(field, interfaces));
  const doc = record.doc ? `/** ${record.doc} */\n` : '';
  interfaces.push(`${doc}export interface ${name} {\n${members.join('\n')}\n}\n`);
}

function member(field: AvroField, interfaces: string[]): string {
  const doc = field.doc ? `  /** ${field.doc} */\n` : '';
  const type = typeText(field.type, interfaces);
  return isOptional(field)
    ? `${doc}  readonly ${field.name}?: ${type} | undefined;`
    : `${doc}  readonly ${field.name}: ${type};`;
}

function typeText(schema: AvroSchema, interfaces: string[]): string {
  if (typeof schema === 'string') return primitiveText({ type: schema } as AvroPrimitive);
  if (Array.isArray(schema)) {
    const inner = schema.find((branch) => branch !== 'null');
    return inner === undefined ? 'null' : typeText(inner, interfaces);
  }
  const complex = schema as Exclude<AvroSchema, string | readonly AvroSchema[]>;
  switch (complex.type) {
    case 'record':
      addInterface(complex, complex.name, interfaces);
      return complex.name;
    case 'enum':
      return (complex as AvroEnum).symbols.map((symbol) => `'${symbol}'`).join(' | ');
    case 'array': {
      const items = typeText(complex.items, interfaces);
      return items.includes(' ') ? `readonly (${items})[]` : `readonly ${items}[]`;
    }
    case 'map':
      return `Readonly<Record<string, ${typeText(complex.values, interfaces)}>>`;
    default:
      return primitiveText(complex);
  }
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Uint8Array',
  string: 'string',
};

const LOGICAL: Readonly<Record<string, string>> = {
  decimal: 'number',
  'timestamp-millis': 'string',
  json: 'JsonObject',
};

function primitiveText({ type, logicalType }: AvroPrimitive): string {
  const text = (logicalType && LOGICAL[logicalType]) ?? PRIMITIVES[type];
  if (!text) throw new Error(`No TypeScript type for '${type}'.`);
  return text;
}
