import { isUtf8 } from 'node:buffer';
import { type AvroRecord, type AvroSchema, fullName } from '@shop/contracts';

/** Items of no bytes (an empty record) could be claimed without end. */
const MOST_EMPTY_ITEMS = 65_536;

type Walk = (cursor: Cursor) => void;

class Cursor {
  position = 0;

  constructor(readonly bytes: Uint8Array) {}

  skip(length: number): void {
    if (length < 0 || length > this.bytes.length - this.position) {
      throw new RangeError('The bytes end too early.');
    }
    this.position += length;
  }

  text(): void {
    const length = this.long();
    const start = this.position;
    this.skip(length);
    for (let at = start; at < this.position; at++) {
      if ((this.bytes[at] as number) < 0x80) continue;
      if (isUtf8(this.bytes.subarray(at, this.position))) return;
      throw new RangeError('A text is not UTF-8.');
    }
  }

  long(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count++) {
      const byte = this.bytes[this.position++];
      if (byte === undefined) throw new RangeError('The bytes end too early.');
      value += (byte & 127) * factor;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
    }
    throw new RangeError('A number is longer than 64 bits.');
  }
}

/**
 * Walks bytes by their schema without making values, so that reading them afterwards cannot run past the end or
 * allocate what a corrupt length claims: Avro readers trust the counts they find. Throws `RangeError`.
 */
export function boundsCheckOf(schema: AvroRecord): (bytes: Uint8Array) => void {
  const walk = compile(schema, '', new Map());
  return (bytes) => {
    const cursor = new Cursor(bytes);
    walk(cursor);
    if (cursor.position !== bytes.length) throw new RangeError('There are bytes after the end of the value.');
  };
}

const skip =
  (length: number): Walk =>
  (cursor) =>
    cursor.skip(length);

const PRIMITIVES = {
  null: () => undefined,
  boolean: skip(1),
  float: skip(4),
  double: skip(8),
  int: (cursor) => void cursor.long(),
  long: (cursor) => void cursor.long(),
  bytes: (cursor) => cursor.skip(cursor.long()),
  string: (cursor) => cursor.text(),
} satisfies Record<string, Walk>;

function compile(schema: AvroSchema, namespace: string, named: Map<string, Walk>): Walk {
  if (typeof schema === 'string') return reference(schema, namespace, named);
  if (Array.isArray(schema)) return union(schema.map((branch) => compile(branch, namespace, named)));
  const complex = schema as Exclude<AvroSchema, string | readonly AvroSchema[]>;
  switch (complex.type) {
    case 'record': {
      const inner = complex.namespace ?? namespace;
      const fields: Walk[] = [];
      const walk: Walk = (cursor) => {
        for (const field of fields) field(cursor);
      };
      named.set(fullName({ name: complex.name, namespace: inner }), walk);
      for (const field of complex.fields) fields.push(compile(field.type, inner, named));
      return walk;
    }
    case 'enum': {
      const count = complex.symbols.length;
      const walk: Walk = (cursor) => choose(cursor, count);
      named.set(fullName({ name: complex.name, namespace: complex.namespace ?? namespace }), walk);
      return walk;
    }
    case 'array':
      return blocks(compile(complex.items, namespace, named));
    case 'map': {
      const value = compile(complex.values, namespace, named);
      return blocks((cursor) => {
        cursor.text();
        value(cursor);
      });
    }
    default:
      return reference(complex.type, namespace, named);
  }
}

function reference(name: string, namespace: string, named: Map<string, Walk>): Walk {
  const walk =
    (PRIMITIVES as Readonly<Record<string, Walk>>)[name] ??
    named.get(name) ??
    named.get(`${namespace}.${name}`);
  if (!walk) throw new TypeError(`'${name}' is no type that events know.`);
  return walk;
}

function choose(cursor: Cursor, count: number): number {
  const index = cursor.long();
  if (index < 0 || index >= count) throw new RangeError(`${index} is not one of ${count} choices.`);
  return index;
}

function union(branches: readonly Walk[]): Walk {
  return (cursor) => branches[choose(cursor, branches.length)]?.(cursor);
}

function blocks(item: Walk): Walk {
  return (cursor) => {
    let empty = 0;
    for (let count = cursor.long(); count !== 0; count = cursor.long()) {
      if (count < 0) {
        cursor.long();
        count = -count;
      }
      for (; count > 0; count--) {
        const before = cursor.position;
        item(cursor);
        if (cursor.position === before && ++empty > MOST_EMPTY_ITEMS)
          throw new RangeError('Too many empty items.');
      }
    }
  };
}
