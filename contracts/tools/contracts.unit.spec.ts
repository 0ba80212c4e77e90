import { describe, expect, it } from 'vitest';
import type { AvroField, AvroRecord } from '../src/avro/avro-schema.ts';
import { type CatalogueEntry, readCatalogue } from './catalogue.ts';
import { check } from './check.ts';
import { compatibilityFaults } from './compatibility.ts';
import { goldenFaults } from './golden.ts';
import { schemaLines } from './schema-lines.ts';
import { topologyFaults } from './topology-faults.ts';

const record = (...fields: AvroField[]): AvroRecord => ({ type: 'record', name: 'Weighed', fields });
const grams: AvroField = { name: 'grams', type: 'int' };
const entry = (...versions: [AvroRecord, ...AvroRecord[]]): CatalogueEntry => ({
  topic: 'parcels',
  eventType: 'parcel.weighed',
  folder: 'topics/parcels/parcel.weighed',
  versions,
  example: { grams: 1 },
});
const catalogue = readCatalogue();
const orderCreated = catalogue.find(({ eventType }) => eventType === 'order.created') as CatalogueEntry;

describe('the contracts of this repository', () => {
  it('are in order', () => {
    expect(check()).toEqual([]);
  });
});

describe('a change of a schema', () => {
  it('may add a field that has a default', () => {
    const note: AvroField = { name: 'note', type: ['null', 'string'], default: null };

    expect(compatibilityFaults(entry(record(grams), record(grams, note)))).toEqual([]);
  });

  it('may not add a field without, for then the old cannot be read', () => {
    const [fault] = compatibilityFaults(entry(record(grams), record(grams, { name: 'by', type: 'string' })));

    expect(fault).toMatch(/^parcel.weighed: v2 cannot read v1/);
  });

  it('may not remove one without, for then the new cannot be read', () => {
    const [fault] = compatibilityFaults(entry(record(grams, { name: 'by', type: 'string' }), record(grams)));

    expect(fault).toMatch(/^parcel.weighed: v1 cannot read v2/);
  });

  it('is compared with all versions, not with the last one alone', () => {
    const price = (scale: number): AvroField => ({
      name: 'price',
      type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 18, scale }],
      default: null,
    });

    expect(
      compatibilityFaults(entry(record(grams, price(2)), record(grams), record(grams, price(4)))),
    ).toEqual([
      'parcel.weighed: v1 cannot read v3: price has another type',
      'parcel.weighed: v3 cannot read v1: price has another type',
    ]);
  });
});

describe('recorded bytes', () => {
  it('must be there', () => {
    expect(goldenFaults(entry(record(grams)))).toEqual(['golden/parcel.weighed/v1.hex is missing']);
  });

  it('tell a schema that changed without a new version', () => {
    const [first] = orderCreated.versions;
    const { fields } = first;
    const swapped = { ...first, fields: [fields[1], fields[0], ...fields.slice(2)] as AvroField[] };

    expect(goldenFaults({ ...orderCreated, versions: [swapped] })).toEqual([
      'golden/order.created/v1.hex is not what example.json encodes to by v1.avsc',
    ]);
  });
});

describe('folders and topology', () => {
  it('must name the same event types on the same topics', () => {
    const others = catalogue.filter((known) => known !== orderCreated);

    expect(topologyFaults(others)).toEqual(['order.created has no folder under topics/']);
    expect(topologyFaults([...catalogue, entry(record(grams))])).toEqual([
      'parcel.weighed is not in topology.ts',
    ]);
    expect(topologyFaults([...others, { ...orderCreated, topic: 'user-events' }])).toEqual([
      'order.created lies in user-events and belongs to order-events',
    ]);
  });
});

describe('the flat list of a schema', () => {
  it('names nested fields by their path', () => {
    const [schema] = orderCreated.versions;
    const price = schemaLines(schema).find(({ path }) => path === 'items[].price');

    expect(price).toEqual({
      path: 'items[].price',
      type: 'decimal(18, 4)',
      optional: false,
      doc: 'Price of one piece.',
    });
  });
});
