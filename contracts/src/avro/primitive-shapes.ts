import type { AvroPrimitive } from './avro-schema.ts';
import { type BytesFactory, type DecimalLimits, decimalBytes, decimalNumber, unscaledOf } from './decimal.ts';
import { epochMillis, isoTime } from './iso-time.ts';
import { jsonFault } from './json-value.ts';
import { addFault } from './value-fault.ts';
import type { ValueShape } from './value-shape.ts';

const same = (wire: unknown): unknown => wire;

function checked(accepts: (value: unknown) => boolean, message: string): ValueShape {
  return {
    toWire(value, path, faults) {
      if (!accepts(value)) addFault(faults, path, message);
      return value;
    },
    fromWire: same,
  };
}

// A lone surrogate has no UTF-8 form and would come back as another character; U+0000 fits in no PostgreSQL text.
const isText = (value: unknown) =>
  typeof value === 'string' &&
  !value.includes('\u0000') &&
  (value as string & { isWellFormed(): boolean }).isWellFormed();
const isInt = (value: unknown) => Number.isInteger(value) && value === (value as number) >> 0;

const PLAIN: Partial<Record<string, ValueShape>> = {
  null: checked((value) => value === null, 'must be null'),
  boolean: checked((value) => typeof value === 'boolean', 'must be true or false'),
  int: checked(isInt, 'must be a whole number of 32 bits'),
  long: checked(Number.isSafeInteger, 'must be a whole number'),
  float: checked(
    (value) => Object.is(Math.fround(value as number), value),
    'must be a number of single precision',
  ),
  double: checked(Number.isFinite, 'must be a finite number'),
  bytes: checked((value) => value instanceof Uint8Array, 'must be bytes'),
  string: {
    ...checked(isText, 'must be a string of Unicode text without U+0000'),
    fromWire(wire) {
      if (isText(wire)) return wire;
      throw new RangeError('A text holds U+0000.');
    },
  },
};

export function primitiveShape(schema: AvroPrimitive, bytesOf: BytesFactory): ValueShape {
  const { type, logicalType } = schema;
  if (type === 'bytes' && logicalType === 'decimal') {
    return decimal({ precision: schema.precision ?? 0, scale: schema.scale ?? 0 }, bytesOf);
  }
  if (type === 'long' && logicalType === 'timestamp-millis') return TIME;
  if (type === 'string' && logicalType === 'json') return JSON_OBJECT;
  const shape = PLAIN[type];
  if (!shape) throw new TypeError(`Events have no type '${type}'.`);
  return shape;
}

function decimal(limits: DecimalLimits, bytesOf: BytesFactory): ValueShape {
  return {
    toWire(value, path, faults) {
      const unscaled = typeof value === 'number' ? unscaledOf(value, limits) : 'must be a number';
      if (typeof unscaled !== 'string') return decimalBytes(unscaled, bytesOf);
      addFault(faults, path, unscaled);
      return undefined;
    },
    fromWire: (wire) => decimalNumber(wire as Uint8Array, limits.scale),
  };
}

const TIME: ValueShape = {
  toWire(value, path, faults) {
    const millis = typeof value === 'string' ? epochMillis(value) : 'must be an ISO 8601 time in a string';
    if (typeof millis === 'string') addFault(faults, path, millis);
    return millis;
  },
  fromWire(wire) {
    const iso = isoTime(wire as number);
    if (iso === undefined) throw new RangeError(`${String(wire)} ms is no time of a four-digit year.`);
    return iso;
  },
};

const JSON_OBJECT: ValueShape = {
  toWire(value, path, faults) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      addFault(faults, path, 'must be a JSON object');
      return undefined;
    }
    const fault = jsonFault(value, path);
    if (fault) addFault(faults, fault.path, fault.message);
    return fault ? undefined : JSON.stringify(value);
  },
  fromWire(wire) {
    const value: unknown = JSON.parse(wire as string);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new RangeError('The text holds no JSON object.');
    }
    return value;
  },
};
