import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import type { RecordHeader } from '../transport.port';
import type { ConformanceSuite } from './support/conformance-suite';
import { outgoing, type RecordFields } from './support/records';

const MEGABYTE = 1_000_000;
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

const HEADERS: readonly RecordHeader[] = [
  ['ce_type', Buffer.from('order.created')],
  ['repeated', Buffer.from('first')],
  ['zuletzt-ü-🛒', Buffer.from('name in UTF-8')],
  ['repeated', Buffer.from('second')],
  ['null', null],
  ['empty', Buffer.alloc(0)],
  ['bytes', ALL_BYTES],
  ['repeated', Buffer.from('first')],
];

const CASES: readonly (readonly [name: string, fields: RecordFields])[] = [
  ['a null key', { key: null, value: 'v' }],
  ['a null value', { key: 'k', value: null }],
  ['a null key and a null value', { key: null, value: null }],
  ['an empty key, which is not null', { key: Buffer.alloc(0), value: 'v' }],
  ['an empty value, which is not null', { key: 'k', value: Buffer.alloc(0) }],
  ['bytes that are no text', { key: ALL_BYTES, value: Buffer.concat([ALL_BYTES, ALL_BYTES]) }],
  ['headers: order, repeated names, null and empty values', { key: 'k', value: 'v', headers: HEADERS }],
];

export function bytesConformance(suite: ConformanceSuite): void {
  describe('bytes', () => {
    it.each(CASES)('come back as they were: %s', async (_name, fields) => {
      const topic = await suite.topic();
      const sent = outgoing(topic, fields);
      await suite.transport.append([sent]);

      const [read] = await suite.readAll({ topic, partition: 0 });
      expect({ key: read?.key, value: read?.value, headers: read?.headers }).toEqual({
        key: sent.key,
        value: sent.value,
        headers: sent.headers,
      });

      const member = await suite.join({ group: suite.group(), topics: [topic] });
      const delivered = await eventually(() => member.records[0], { what: 'the delivery' });
      expect({ key: delivered.key, value: delivered.value, headers: delivered.headers }).toEqual({
        key: sent.key,
        value: sent.value,
        headers: sent.headers,
      });
    });

    it('come back as they were: a record of 1 MB, over the limit of a batch too', async () => {
      const topic = await suite.topic();
      const large = randomBytes(MEGABYTE);
      await suite.transport.append([
        outgoing(topic, { value: 'before' }),
        outgoing(topic, { value: large, headers: HEADERS }),
        outgoing(topic, { value: 'after' }),
      ]);

      const from = { topic, partition: 0, offset: 1n };
      const read = await suite.transport.read({ from, limit: 1, maxBytes: 1_000 });
      expect(read.records[0]?.value?.equals(large)).toBe(true);

      const wish = { group: suite.group(), topics: [topic], maxBytesPerPartition: 65_536 };
      const member = await suite.join(wish);
      await eventually(() => member.records.length === 3, { what: 'all three records' });
      expect(member.records[0]?.value?.toString()).toBe('before');
      expect(member.records[1]?.value?.equals(large)).toBe(true);
      expect(member.records[1]?.headers).toEqual(HEADERS);
      expect(member.records[2]?.value?.toString()).toBe('after');
    });
  });
}
