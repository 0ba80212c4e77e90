import { describe, expect, it } from 'vitest';
import { codecFixture, EVENT_ID, foreignRecord } from '@/testing/codec-fixture';

const data = { orderId: '12345', oldStatus: 'pending', newStatus: 'paid', updatedBy: 'clerk' };
const type = 'order.status.updated';

describe('the record of an event', () => {
  it('is CloudEvents in binary mode with framed Avro', async () => {
    const { codec, newEvent } = codecFixture();

    const record = await codec.encode({
      ...newEvent(type, data),
      headers: { traceparent: '00-1-2-01', ce_id: 'forged', 'content-type': 'text/html' },
    });

    expect(record.topic).toBe('order-events');
    expect(record.key?.toString()).toBe('12345');
    expect(record.headers.map(([name, value]) => `${name}: ${value}`)).toEqual([
      'ce_specversion: 1.0',
      `ce_id: ${EVENT_ID}`,
      `ce_type: ${type}`,
      'ce_source: /order',
      'ce_time: 2026-03-14T09:26:53.589Z',
      'ce_correlationid: story-1',
      'ce_causationid: cause-1',
      'content-type: application/avro',
      'traceparent: 00-1-2-01',
    ]);
    expect(record.value?.[0]).toBe(0);
  });

  it('is identified by source and id', async () => {
    const { codec, newEvent, received } = codecFixture();

    const decoded = await codec.decode(received(await codec.encode(newEvent(type, data))));

    expect(decoded.identity).toBe(`/order ${EVENT_ID}`);
    expect(decoded.definition.eventType).toBe(type);
    expect(decoded.writerFingerprint).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('what others write', () => {
  it('reads a line typed into a console producer', async () => {
    const { codec } = codecFixture();

    const decoded = await codec.decode(
      foreignRecord('order-events', ` ${JSON.stringify({ eventType: type, data })}`),
    );

    expect(decoded.event).toStrictEqual({
      eventId: '2-7',
      eventType: type,
      data,
      occurredAt: '2026-03-14T09:26:53.589Z',
      source: 'kafka:order-events',
      key: null,
      correlationId: '2-7',
      schemaVersion: 1,
    });
    expect(decoded.identity).toBe('kafka:order-events 2-7');
    expect(decoded.writerFingerprint).toBeUndefined();
  });

  it('leaves out nulls and brings times to UTC', async () => {
    const { codec } = codecFixture();
    const written = { ...data, userId: null, updatedAt: '2026-03-14T10:26:53+01:00' };

    const { event } = await codec.decode(
      foreignRecord('order-events', JSON.stringify({ eventType: type, data: written })),
    );

    expect(event.data).toStrictEqual({ ...data, updatedAt: '2026-03-14T09:26:53.000Z' });
  });

  const structured = {
    specversion: '1.0',
    id: 'e-1',
    source: 'https://erp.example/orders',
    type,
    time: '2026-03-14T09:26:53.589123456Z',
    correlationid: 'c-1',
    datacontenttype: 'application/json',
    data,
  };

  it.each(['application/cloudevents+json', 'Application/CloudEvents+JSON; charset=UTF-8'])(
    'reads structured CloudEvents as %s',
    async (contentType) => {
      const { codec } = codecFixture();

      const decoded = await codec.decode(
        foreignRecord('order-events', JSON.stringify(structured), { 'content-type': contentType }),
      );

      expect(decoded.event).toMatchObject({ eventId: 'e-1', eventType: type, data, correlationId: 'c-1' });
      expect(decoded.event.occurredAt).toBe('2026-03-14T09:26:53.589Z');
      expect(decoded.identity).toBe('https://erp.example/orders e-1');
    },
  );

  it('reads structured CloudEvents without a content type', async () => {
    const { codec } = codecFixture();

    const { event } = await codec.decode(foreignRecord('order-events', JSON.stringify(structured)));

    expect(event.eventId).toBe('e-1');
  });

  it('reads Avro inside of structured CloudEvents', async () => {
    const { codec, newEvent } = codecFixture();
    const { value } = await codec.encode(newEvent(type, data));
    const { data: _, ...rest } = structured;
    const text = JSON.stringify({
      ...rest,
      datacontenttype: 'application/avro',
      data_base64: value?.toString('base64'),
    });

    const { event } = await codec.decode(foreignRecord('order-events', text));

    expect(event.data).toStrictEqual(data);
  });

  it('reads JSON in binary mode', async () => {
    const { codec } = codecFixture();
    const headers = { ce_type: type, ce_id: 'e-2', ce_source: '/erp', 'content-type': 'application/json' };

    const { event, identity } = await codec.decode(
      foreignRecord('order-events', JSON.stringify(data), headers),
    );

    expect(event.data).toStrictEqual(data);
    expect(identity).toBe('/erp e-2');
  });

  it('knows an event by its schema where nothing else tells', async () => {
    const { codec, newEvent } = codecFixture();
    const { value } = await codec.encode(newEvent(type, data));

    const { event } = await codec.decode(foreignRecord('order-events', value));

    expect(event).toMatchObject({ eventType: type, data, source: 'kafka:order-events' });
  });

  it('shortens an identity that no index could hold', async () => {
    const { codec } = codecFixture();
    const long = JSON.stringify({ ...structured, id: 'x'.repeat(5_000) });

    const { identity, event } = await codec.decode(foreignRecord('order-events', long));

    expect(identity).toMatch(/^sha256 [0-9a-f]{64}$/);
    expect(event.eventId).toHaveLength(5_000);
  });
});
