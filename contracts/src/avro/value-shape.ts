import {
  type AvroArray,
  type AvroEnum,
  type AvroField,
  type AvroMap,
  type AvroPrimitive,
  type AvroRecord,
  type AvroSchema,
  type AvroUnion,
  fullName,
} from './avro-schema.ts';
import type { BytesFactory } from './decimal.ts';
import { addFault, type ValueFault } from './value-fault.ts';
import { primitiveShape } from './primitive-shapes.ts';

/**
 * How a value looks in code (numbers for money, ISO strings for times, absent for null) and as plain Avro. Compiled
 * once per schema.
 */
export interface ValueShape {
  /** Checks the value and gives its Avro form, which has a meaning only if no fault was added. */
  toWire(value: unknown, path: string, faults: ValueFault[]): unknown;
  /** The inverse, for values read by this schema. Throws `RangeError` for what the code form cannot hold. */
  fromWire(wire: unknown): unknown;
}

/** Throws `TypeError` for what events cannot have: unions other than of null and one type, and `fixed`. */
export function shapeOf(schema: AvroSchema, bytesOf: BytesFactory): ValueShape {
  return new ShapeCompiler(bytesOf).compile(schema, '');
}

class ShapeCompiler {
  private readonly named = new Map<string, ValueShape>();
  private readonly bytesOf: BytesFactory;

  constructor(bytesOf: BytesFactory) {
    this.bytesOf = bytesOf;
  }

  compile(schema: AvroSchema, namespace: string): ValueShape {
    if (typeof schema === 'string') {
      const named = this.named.get(schema) ?? this.named.get(`${namespace}.${schema}`);
      return named ?? primitiveShape({ type: schema } as AvroPrimitive, this.bytesOf);
    }
    if (Array.isArray(schema)) return this.optional(schema, namespace);
    const complex = schema as Exclude<AvroSchema, string | AvroUnion>;
    switch (complex.type) {
      case 'record':
        return this.record(complex, namespace);
      case 'enum':
        return this.enumeration(complex, namespace);
      case 'array':
        return this.array(complex, namespace);
      case 'map':
        return this.map(complex, namespace);
      default:
        return primitiveShape(complex, this.bytesOf);
    }
  }

  private optional(union: AvroUnion, namespace: string): ValueShape {
    const [inner, ...others] = union.filter((branch) => branch !== 'null');
    if (inner === undefined || others.length > 0 || union.length !== 2) {
      throw new TypeError('Events know unions of null and one other type only.');
    }
    const shape = this.compile(inner, namespace);
    return {
      toWire: (value, path, faults) =>
        value === undefined || value === null ? null : shape.toWire(value, path, faults),
      fromWire: (wire) => (wire === null ? undefined : shape.fromWire(wire)),
    };
  }

  private record(record: AvroRecord, outer: string): ValueShape {
    const namespace = record.namespace ?? outer;
    const fields: { name: string; optional: boolean; shape: ValueShape }[] = [];
    const names = new Set(record.fields.map((field) => field.name));
    const shape: ValueShape = {
      toWire(value, path, faults) {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          addFault(faults, path, 'must be an object');
          return undefined;
        }
        const source = value as Record<string, unknown>;
        for (const name of Object.keys(source)) {
          if (!names.has(name) && source[name] !== undefined)
            addFault(faults, `${path}.${name}`, 'is not declared');
        }
        const wire: Record<string, unknown> = {};
        for (const { name, optional, shape } of fields) {
          const member = source[name];
          if (member !== undefined) wire[name] = shape.toWire(member, `${path}.${name}`, faults);
          else if (!optional) addFault(faults, `${path}.${name}`, 'is required');
        }
        return wire;
      },
      fromWire(wire) {
        const value: Record<string, unknown> = {};
        for (const { name, shape } of fields) {
          const member = shape.fromWire((wire as Record<string, unknown>)[name]);
          if (member !== undefined) value[name] = member;
        }
        return value;
      },
    };
    this.named.set(fullName({ name: record.name, namespace }), shape);
    for (const field of record.fields) {
      fields.push({
        name: field.name,
        optional: isOptional(field),
        shape: this.compile(field.type, namespace),
      });
    }
    return shape;
  }

  private enumeration({ symbols, name, namespace }: AvroEnum, outer: string): ValueShape {
    const known = new Set<unknown>(symbols);
    const message = `must be one of ${symbols.join(', ')}`;
    const shape: ValueShape = {
      toWire(value, path, faults) {
        if (!known.has(value)) addFault(faults, path, message);
        return value;
      },
      fromWire: (wire) => wire,
    };
    this.named.set(fullName({ name, namespace: namespace ?? outer }), shape);
    return shape;
  }

  private array({ items }: AvroArray, namespace: string): ValueShape {
    const shape = this.compile(items, namespace);
    return {
      toWire(value, path, faults) {
        if (Array.isArray(value))
          return value.map((item, at) => shape.toWire(item, `${path}[${at}]`, faults));
        addFault(faults, path, 'must be an array');
        return undefined;
      },
      fromWire: (wire) => (wire as unknown[]).map((item) => shape.fromWire(item)),
    };
  }

  private map({ values }: AvroMap, namespace: string): ValueShape {
    const shape = this.compile(values, namespace);
    const each = (value: object, change: (member: unknown, name: string) => unknown) =>
      Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member, name)]));
    return {
      toWire(value, path, faults) {
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
          return each(value, (member, name) => shape.toWire(member, `${path}.${name}`, faults));
        }
        addFault(faults, path, 'must be an object');
        return undefined;
      },
      fromWire: (wire) => each(wire as object, (member) => shape.fromWire(member)),
    };
  }
}

/** Absent is allowed where the schema has a default. */
export function isOptional(field: AvroField): boolean {
  return field.default !== undefined;
}
