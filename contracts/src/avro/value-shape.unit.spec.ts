import { describe, expect, it } from 'vitest';
import { eventSchemas } from '../generated/event-schemas.ts';
import type { AvroRecord } from './avro-schema.ts';
import type { ValueFault } from './value-fault.ts';
import { shapeOf } from './value-shape.ts';

const bytes = (length: number) => new Uint8Array(length);

function faultsOf(schema: AvroRecord, value: unknown): string[] {
  const faults: ValueFault[] = [];
  shapeOf(schema, bytes).toWire(value, 'data', faults);
  return faults.map(({ path, message }) => `${path} ${message}`);
}

const order = (change: object) => ({
  orderId: '12345',
  userId: 'user-123',
  items: [{ productId: 'p', quantity: 1, price: 5 }],
  totals: { subtotal: 5, tax: 0, shipping: 0, total: 5 },
  createdAt: '2026-03-14T09:26:53.589Z',
  ...change,
});

describe('the shape of order.created', () => {
  const [schema] = eventSchemas['order.created'];

  it('accepts the fixed fields alone', () => {
    expect(faultsOf(schema, order({}))).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    ['a missing field', { userId: undefined }, ['data.userId is required']],
    ['an undeclared field', { colour: 'red' }, ['data.colour is not declared']],
    ['another type', { orderId: 12345 }, ['data.orderId must be a string of Unicode text without U+0000']],
    [
      'a half surrogate',
      { orderId: '\ud83d' },
      ['data.orderId must be a string of Unicode text without U+0000'],
    ],
    [
      'half a piece',
      { items: [{ productId: 'p', quantity: 1.5, price: 5 }] },
      ['data.items[0].quantity must be a whole number of 32 bits'],
    ],
    [
      'too many pieces',
      { items: [{ productId: 'p', quantity: 2 ** 31, price: 5 }] },
      ['data.items[0].quantity must be a whole number of 32 bits'],
    ],
    [
      'a price with five decimals',
      { items: [{ productId: 'p', quantity: 1, price: 1.00001 }] },
      ['data.items[0].price has more than 4 decimals'],
    ],
    [
      'a price in a string',
      { items: [{ productId: 'p', quantity: 1, price: '5' }] },
      ['data.items[0].price must be a number'],
    ],
    ['an object for a list', { items: {} }, ['data.items must be an array']],
    ['a list for an object', { totals: [] }, ['data.totals must be an object']],
    ['a word that is not in the set', { flow: 'both' }, ['data.flow must be one of saga, choreography']],
    [
      'a time without an offset',
      { createdAt: '2026-03-14T09:26:53' },
      ['data.createdAt must be an ISO 8601 time with an offset, such as 2026-03-14T09:26:53.589Z'],
    ],
    ['a date object', { createdAt: new Date(0) }, ['data.createdAt must be an ISO 8601 time in a string']],
  ])('refuses %s by its path', (_, change, faults) => {
    expect(faultsOf(schema, order(change))).toEqual(faults);
  });

  it.each([[undefined], [null], ['text'], [[]]])('refuses %j as a whole', (value) => {
    expect(faultsOf(schema, value)).toEqual(['data must be an object']);
  });

  it('tells all faults at once, up to a hundred', () => {
    const items = Array.from({ length: 1_000 }, () => ({ productId: 1, quantity: 'x', price: null }));

    expect(faultsOf(schema, {}).length).toBe(5);
    expect(faultsOf(schema, order({ items })).length).toBe(100);
  });
});

describe('JSON members', () => {
  const [schema] = eventSchemas['analytics.custom'];
  const custom = (properties: unknown) => faultsOf(schema, { name: 'clicked', properties });

  it('accepts whatever JSON can say', () => {
    expect(custom({ a: [1, 'two', null, { three: true }], gone: undefined })).toEqual([]);
  });

  it.each([
    [[1], 'data.properties must be a JSON object'],
    [{ at: new Date(0) }, 'data.properties.at must be a JSON value'],
    [{ list: [1, Number.NaN] }, 'data.properties.list[1] must be a finite number'],
    [{ run: () => 1 }, 'data.properties.run must be a JSON value'],
    [{ big: 1n }, 'data.properties.big must be a JSON value'],
  ])('refuses what JSON would change', (properties, fault) => {
    expect(custom(properties)).toEqual([fault]);
  });

  it('refuses a nest without end', () => {
    const cycle: Record<string, unknown> = {};
    cycle['again'] = cycle;
    expect(custom(cycle)[0]).toMatch(/is nested deeper than 32 levels$/);
  });
});

describe('schemas that events cannot have', () => {
  const withField = (type: AvroRecord['fields'][0]['type']): AvroRecord => ({
    type: 'record',
    name: 'Odd',
    fields: [{ name: 'odd', type }],
  });

  it('are refused when they are compiled', () => {
    expect(() => shapeOf(withField(['string', 'int']), bytes)).toThrow(TypeError);
    expect(() => shapeOf(withField('Nowhere'), bytes)).toThrow(TypeError);
  });

  it('does not mind a record that holds itself', () => {
    const tree: AvroRecord = {
      type: 'record',
      name: 'Tree',
      namespace: 'garden',
      fields: [{ name: 'branches', type: { type: 'array', items: 'garden.Tree' } }],
    };
    expect(faultsOf(tree, { branches: [{ branches: [{}] }] })).toEqual([
      'data.branches[0].branches[0].branches is required',
    ]);
  });
});
