/** Avro schemas as JSON, as far as events use them. https://avro.apache.org/docs/1.12.0/specification/ */
export type AvroPrimitiveName = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string';

export interface AvroPrimitive {
  readonly type: AvroPrimitiveName;
  /** `decimal`, `timestamp-millis`, and our `json`: a string that holds a JSON object. */
  readonly logicalType?: string;
  readonly precision?: number;
  readonly scale?: number;
}

export interface AvroField {
  readonly name: string;
  readonly doc?: string;
  readonly type: AvroSchema;
  readonly default?: unknown;
}

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields: readonly AvroField[];
}

export interface AvroEnum {
  readonly type: 'enum';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly symbols: readonly string[];
  readonly default?: string;
}

export interface AvroArray {
  readonly type: 'array';
  readonly items: AvroSchema;
}

export interface AvroMap {
  readonly type: 'map';
  readonly values: AvroSchema;
}

export type AvroUnion = readonly AvroSchema[];

/** A bare string is a primitive's name, or the name of a type defined earlier in the same schema. */
export type AvroSchema = string | AvroPrimitive | AvroRecord | AvroEnum | AvroArray | AvroMap | AvroUnion;

export function fullName(schema: { readonly name: string; readonly namespace?: string }): string {
  return schema.name.includes('.') || !schema.namespace ? schema.name : `${schema.namespace}.${schema.name}`;
}
