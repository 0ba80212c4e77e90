import { describe, expect, it } from 'vitest';
import { codecFixture, foreignRecord } from '@/testing/codec-fixture';

const data = { orderId: '12345', oldStatus: 'pending', newStatus: 'paid', updatedBy: 'clerk' };
const type = 'order.status.updated';
const line = (value: unknown) => JSON.stringify(value);
const binary = { ce_specversion: '1.0', ce_type: type, ce_id: '1', ce_source: '/x' };

describe('encoding refuses', () => {
  it('data with every faulty path, before anything is written', async () => {
    const { codec, newEvent } = codecFixture();
    const wrong = { ...data, orderId: undefined, newStatus: 7, colour: 'red' };
    const event = { ...newEvent(type, data), envelope: { ...newEvent(type, data).envelope, data: wrong } };

    await expect(codec.encode(event)).rejects.toMatchObject({
      code: 'INVALID_EVENT_DATA',
      retryable: false,
      faults: [
        { path: 'data.colour', message: 'is not declared' },
        { path: 'data.orderId', message: 'is required' },
        { path: 'data.newStatus', message: expect.stringContaining('must be a string') },
      ],
    });
  });

  it('an event over the topic’s largest size', async () => {
    const { codec, newEvent } = codecFixture();
    const large = newEvent(type, { ...data, reason: 'x'.repeat(1_048_588) });

    await expect(codec.encode(large)).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE', status: 413 });
  });

  it('attributes that no reader could take', async () => {
    const { codec, newEvent } = codecFixture();
    const event = newEvent(type, data);
    const envelope = { ...event.envelope, correlationId: 'a\u0000b', occurredAt: 'yesterday' };

    await expect(codec.encode({ ...event, envelope })).rejects.toMatchObject({
      faults: [{ path: 'correlationId' }, { path: 'occurredAt' }],
    });
  });

  it('data without an object to take the key from, and an empty key', () => {
    const { newEvent } = codecFixture();

    expect(() => newEvent(type, undefined)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT_DATA' }));
    expect(() => newEvent(type, { ...data, orderId: '' })).toThrow(/key must not be empty/);
  });

  it('an event type nobody defined', () => {
    const { registry } = codecFixture();

    expect(() => registry.definitionOf('order.exploded')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_EVENT_TYPE' }),
    );
  });
});

describe('decoding refuses', () => {
  it.each<[string, Parameters<typeof foreignRecord>, string]>([
    ['no value', ['order-events', null, binary], 'UNDECODABLE'],
    ['no bytes', ['order-events', ''], 'UNDECODABLE'],
    ['text', ['order-events', 'hello'], 'UNDECODABLE'],
    ['half of a JSON line', ['order-events', '{"eventType":'], 'UNDECODABLE'],
    ['bytes that are not UTF-8', ['order-events', Buffer.from([0x7b, 0xff, 0x7d])], 'UNDECODABLE'],
    ['JSON without a type', ['order-events', line({ data })], 'UNDECODABLE'],
    [
      'another CloudEvents version',
      ['order-events', line({ specversion: '0.3', type, id: '1', source: '/x', data })],
      'UNDECODABLE',
    ],
    [
      'structured CloudEvents without an id',
      ['order-events', line({ specversion: '1.0', type, source: '/x', data })],
      'UNDECODABLE',
    ],
    [
      'a batch',
      ['order-events', '[]', { 'content-type': 'application/cloudevents-batch+json' }],
      'UNDECODABLE',
    ],
    [
      'a time that is none',
      ['order-events', line(data), { ...binary, ce_time: 'soon', 'content-type': 'application/json' }],
      'UNDECODABLE',
    ],
    [
      'an attribute with a line break',
      ['order-events', line(data), { ...binary, ce_id: 'a\nb', 'content-type': 'application/json' }],
      'UNDECODABLE',
    ],
    ['an unknown type', ['order-events', line({ eventType: 'order.exploded', data })], 'UNKNOWN_EVENT_TYPE'],
    [
      'a name every object has',
      ['order-events', line({ eventType: 'constructor', data })],
      'UNKNOWN_EVENT_TYPE',
    ],
    ['a type of another topic', ['user-events', line({ eventType: type, data })], 'WRONG_TOPIC'],
    [
      'a schema nobody knows',
      ['order-events', Buffer.from([0, 0, 0, 0, 9, 2, 65]), binary],
      'UNKNOWN_SCHEMA',
    ],
    [
      'data that is not as declared',
      ['order-events', line({ eventType: type, data: { ...data, orderId: 1 } })],
      'INVALID_EVENT_DATA',
    ],
    ['a line without data', ['order-events', line({ eventType: type })], 'INVALID_EVENT_DATA'],
  ])('%s', async (_, record, code) => {
    const { codec } = codecFixture();

    await expect(codec.decode(foreignRecord(...record))).rejects.toMatchObject({ code, retryable: false });
  });

  it('the event of one type in the schema of another', async () => {
    const { codec, newEvent, received } = codecFixture();
    const cancel = { orderId: '1', userId: 'u', reason: 'r', requestedAt: '2026-03-14T09:26:53.589Z' };
    const { value } = await codec.encode(newEvent('order.cancel.requested', cancel));
    const record = await codec.encode(newEvent(type, data));

    await expect(codec.decode(received({ ...record, value }))).rejects.toMatchObject({ code: 'UNDECODABLE' });
  });

  it('bytes that were cut, lengthened or changed, without ever running wild', async () => {
    const { codec, newEvent, received } = codecFixture();
    const record = await codec.encode(
      newEvent('inventory.reserved', {
        orderId: '1',
        items: [{ productId: 'p', quantity: 1 }],
        reservedAt: '2026-03-14T09:26:53.589Z',
      }),
    );
    const value = record.value as Buffer;
    const code = (bytes: Buffer) =>
      codec.decode(received({ ...record, value: bytes })).then(
        () => 'decoded',
        (error: { code: string }) => error.code,
      );

    for (let length = 5; length < value.length; length++) {
      expect(await code(value.subarray(0, length))).toBe('UNDECODABLE');
    }
    expect(await code(Buffer.concat([value, Buffer.from([0])]))).toBe('UNDECODABLE');
    for (let at = 5; at < value.length; at++) {
      for (const byte of [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff]) {
        const changed = Buffer.from(value);
        changed[at] = byte;
        expect(['decoded', 'UNDECODABLE']).toContain(await code(changed));
      }
    }
  });

  it('a list that claims to be endless', async () => {
    const { codec, newEvent, received } = codecFixture();
    const record = await codec.encode(
      newEvent('inventory.released', { orderId: '1', items: [], releasedAt: '2026-03-14T09:26:53.589Z' }),
    );
    const claim = Buffer.from([2, 0x31, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]);
    const value = Buffer.concat([(record.value as Buffer).subarray(0, 5), claim]);

    await expect(codec.decode(received({ ...record, value }))).rejects.toMatchObject({ code: 'UNDECODABLE' });
  });
});
