import { type AvroRecord, defineEvent, eventDefinitions } from '@shop/contracts';
import { describe, expect, it } from 'vitest';
import { codecFixture, foreignRecord, received } from '@/testing/codec-fixture';
import { ContractSchemaSource, idOfFingerprint } from './contract-schema-source';
import { EventRegistry } from './event-registry';
import { fingerprintOf } from './schema-fingerprint';

interface ParcelWeighed {
  readonly parcelId: string;
  readonly grams: number;
  readonly note?: string;
}

const v1: AvroRecord = {
  type: 'record',
  name: 'ParcelWeighed',
  namespace: 'parcels',
  fields: [
    { name: 'parcelId', type: 'string' },
    { name: 'grams', type: 'int' },
  ],
};
const v2: AvroRecord = {
  ...v1,
  fields: [...v1.fields, { name: 'note', type: ['null', 'string'], default: null }],
};

const parcelWeighed = (versions: readonly [AvroRecord, ...AvroRecord[]]) =>
  defineEvent<ParcelWeighed>()({
    eventType: 'parcel.weighed',
    topic: 'parcels',
    key: ({ parcelId }) => parcelId,
    schema: { kind: 'avro', versions },
  });

describe('an event type of an application’s own', () => {
  it('is published and read like a built-in one', async () => {
    const event = parcelWeighed([v1]);
    const { codec, newEvent } = codecFixture([event]);

    const record = await codec.encode(newEvent(event, { parcelId: 'p-1', grams: 450 }));
    const decoded = await codec.decode(received(record));

    expect(record.topic).toBe('parcels');
    expect(record.key?.toString()).toBe('p-1');
    expect(decoded.event).toMatchObject({
      eventType: 'parcel.weighed',
      data: { parcelId: 'p-1', grams: 450 },
    });
  });

  it('is read across versions, both ways', async () => {
    const older = codecFixture([parcelWeighed([v1])]);
    const newer = codecFixture([parcelWeighed([v1, v2])]);
    const mixed = codecFixture([parcelWeighed([v2, v1])]);
    const event = parcelWeighed([v1]);

    const old = await older.codec.encode(older.newEvent(event, { parcelId: 'p', grams: 1 }));
    const fresh = await newer.codec.encode(newer.newEvent(event, { parcelId: 'p', grams: 2, note: 'wet' }));

    const oldReadByNew = await newer.codec.decode(received(old));
    expect(oldReadByNew.event).toMatchObject({ schemaVersion: 1 });
    expect(oldReadByNew.event.data).toStrictEqual({ parcelId: 'p', grams: 1 });
    const newReadByOld = await mixed.codec.decode(received(fresh));
    expect(newReadByOld.event.data).toStrictEqual({ parcelId: 'p', grams: 2 });
  });

  it('may be checked by a JSON Schema, and travels as JSON then', async () => {
    const event = defineEvent<ParcelWeighed>()({
      eventType: 'parcel.weighed',
      topic: 'parcels',
      key: () => null,
      schema: {
        kind: 'json-schema',
        schema: {
          type: 'object',
          properties: { parcelId: { type: 'string' }, sizes: { type: 'array', items: { type: 'integer' } } },
          required: ['parcelId'],
          additionalProperties: false,
        },
      },
    });
    const { codec, newEvent, registry } = codecFixture([event]);

    const record = await codec.encode(newEvent(event, { parcelId: 'p', sizes: [1, 2] }));

    expect(record.value?.toString()).toBe('{"parcelId":"p","sizes":[1,2]}');
    expect((await codec.decode(received(record))).event.data).toEqual({ parcelId: 'p', sizes: [1, 2] });
    expect(registry.validate('parcel.weighed', { sizes: [1, 'x'], more: 1 }).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['data.parcelId', 'data.sizes[1]', 'data']),
    );
    await expect(
      codec.decode(foreignRecord('parcels', '{"eventType":"parcel.weighed","data":{}}')),
    ).rejects.toMatchObject({ code: 'INVALID_EVENT_DATA' });
  });

  it.each<[string, AvroRecord[]]>([
    ['a required field more', [v1, { ...v1, fields: [...v1.fields, { name: 'by', type: 'string' }] }]],
    ['a field of another type', [v1, { ...v1, fields: [{ name: 'parcelId', type: 'int' }] }]],
    ['a decimal of another scale', [price(2), price(4)]],
    ['a schema that is none', [{ ...v1, fields: [{ name: 'x', type: 'nothing' }] }]],
    ['a union of several types', [{ ...v1, fields: [{ name: 'x', type: ['string', 'int'] }] }]],
  ])('is refused at start-up with %s', (_, versions) => {
    const event = parcelWeighed(versions as [AvroRecord, ...AvroRecord[]]);

    expect(() => new EventRegistry([event])).toThrow(
      expect.objectContaining({ code: 'INVALID_EVENT_DEFINITION' }),
    );
  });

  it('cannot take a name that is taken', () => {
    expect(() => new EventRegistry([eventDefinitions['order.created']])).toThrow(/defined already/);
    const other = { ...parcelWeighed([v1]), eventType: 'parcel.measured' };
    expect(() => new EventRegistry([parcelWeighed([v1]), other])).toThrow(
      /Record name 'parcels.ParcelWeighed'/,
    );
  });
});

function price(scale: number): AvroRecord {
  const type = { type: 'bytes', logicalType: 'decimal', precision: 18, scale } as const;
  return { type: 'record', name: 'Priced', fields: [{ name: 'price', type }] };
}

describe('schema ids without a registry', () => {
  it('are the same in every process and differ for every schema', async () => {
    const [one, other] = [new EventRegistry(), new EventRegistry()];
    const [source, again] = [new ContractSchemaSource(one), new ContractSchemaSource(other)];
    const ids = await Promise.all([...one.all()].map((event) => source.idOf(event)));

    expect(await Promise.all([...other.all()].map((event) => again.idOf(event)))).toEqual(ids);
    expect(new Set(ids).size).toBe(65);
    expect(ids.every((id) => id >= 0 && id < 2 ** 31)).toBe(true);
    expect(idOfFingerprint('ffffffff00')).toBe(2 ** 31 - 1);
  });

  it('do not change with documentation, and do with the meaning of a field', () => {
    const documented = { ...v1, doc: 'Something else.' };

    expect(fingerprintOf(documented)).toBe(fingerprintOf(v1));
    expect(fingerprintOf(price(2))).not.toBe(fingerprintOf(price(4)));
  });
});
