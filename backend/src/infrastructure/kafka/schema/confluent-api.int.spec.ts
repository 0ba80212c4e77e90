import type { AvroRecord } from '@shop/contracts';
import { defineEvent } from '@shop/contracts';
import { describe, expect, it } from 'vitest';
import { codecFixture, received } from '@/testing/codec-fixture';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import { RegistrySchemaSource } from './registry-schema-source';

const url = testKafka()?.registryUrl ?? '';

describe.skipIf(url === '')('a real registry', () => {
  const source = () => new RegistrySchemaSource({ url, timeoutMs: 10_000 });

  it('takes all schemas, and gives the same ids again', async () => {
    const { registry } = codecFixture();
    const first = source();
    await first.open();
    const ids: number[] = [];
    for (const event of registry.all()) {
      await first.register(event);
      ids.push(await first.idOf(event));
    }

    const again = await Promise.all([...registry.all()].map((event) => source().idOf(event)));

    expect(again).toEqual(ids);
    expect(new Set(ids).size).toBe(65);
  });

  it('lets a process read what another one wrote', async () => {
    const data = { orderId: '1', oldStatus: 'pending', newStatus: 'paid', updatedBy: 'clerk' };
    const writer = codecFixture([], source());
    const record = await writer.codec.encode(writer.newEvent('order.status.updated', data));
    const reader = codecFixture([], source());

    const { event, writerFingerprint } = await reader.codec.decode(received(record));

    expect(event.data).toStrictEqual(data);
    expect(writerFingerprint).toBe(
      reader.registry.definitionOf('order.status.updated').versions[0]?.fingerprint,
    );
    expect(await source().byId(2_000_000_000)).toBeUndefined();
  });

  it('refuses a version that cannot be read by those before it', async () => {
    const topic = unique('parcels');
    const version = (fields: AvroRecord['fields']) => {
      const schema: AvroRecord = { type: 'record', name: 'Weighed', namespace: 'parcels', fields };
      const event = defineEvent<object>()({
        eventType: 'parcel.weighed',
        topic,
        key: () => null,
        schema: { kind: 'avro', versions: [schema] },
      });
      return codecFixture([event]).registry.definitionOf('parcel.weighed');
    };
    await source().register(version([{ name: 'grams', type: 'int' }]));

    const refused = source().idOf(version([{ name: 'grams', type: 'string' }]));

    await expect(refused).rejects.toMatchObject({ code: 'SCHEMA_REJECTED', retryable: false });
  });
});
