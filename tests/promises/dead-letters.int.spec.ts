import { randomUUID } from 'node:crypto';
import { dlqOf } from '@shop/contracts';
import { expect, it } from 'vitest';
import type { RecordHeader } from '@/infrastructure/kafka/transport/transport.port';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';
import { stepEvents } from './support/step-events';

const KEYS = ['K1', 'K2', 'K3', 'K4'];

onBothEngines('a dead letter', (on) => {
  it('has bytes, headers, causes, attempts and origin, and a copy in the same partition of the dead-letter topic', async () => {
    const delivery = on();
    const { group, topic, tables, publisher } = delivery;
    const worker = await delivery.start('worker', []);
    worker.consumer.registerHandler(
      stepEvents(topic)['step.taken'],
      () => {
        throw new TypeError('no stock', { cause: new RangeError('an empty shelf') });
      },
      { name: 'steps', retry: { attempts: 2, firstDelayMs: 1, longestDelayMs: 5 } },
    );
    await publisher.publish(KEYS.map((key) => ({ key, seq: 1 })));
    // One that is where its key would not have put it, nor its copy.
    const [first] = await publisher.records(topic);
    if (first === undefined) throw new Error('Nothing was published.');
    const headers = first.headers.map(
      ([name, value]): RecordHeader => [name, name === 'ce_id' ? Buffer.from(randomUUID()) : value],
    );
    const elsewhere = (first.partition + 1) % 3;
    await publisher.append([{ key: first.key, value: first.value, headers, partition: elsewhere }]);
    await eventually(async () => (await tables.letters()).length === KEYS.length + 1);
    await tables.quiet();

    const sent = await publisher.records(topic);
    expect(sent).toHaveLength(KEYS.length + 1);
    const copies = await eventually(async () => {
      const found = await publisher.records(dlqOf(topic));
      return found.length === sent.length && found;
    });
    for (const { key, value, headers, partition, offset } of sent) {
      const [letter] = await tables.rows(
        `select key, value, jsonb_array_length(headers) as headers, attempts, cause_message,
           jsonb_path_query_array(cause_chain, '$[*].message') as causes, status
         from dead_letters where group_id = $1 and topic = $2 and partition = $3 and "offset" = $4`,
        [group, topic, partition, String(offset)],
      );
      expect(letter).toEqual({
        ...{ key, value, headers: headers.length, attempts: 2, status: 'dead' },
        ...{ cause_message: 'no stock', causes: ['an empty shelf'] },
      });
      const copy = copies.find((one) => one.partition === partition && one.key?.equals(key ?? Buffer.of()));
      expect(copy?.value).toEqual(value);
      expect(copy?.headers.slice(0, headers.length)).toEqual(headers);
      const added = new Map(copy?.headers.slice(headers.length));
      expect(added.get('x-dead-letter-group')?.toString()).toBe(group);
      expect(added.get('x-dead-letter-handler')?.toString()).toBe('steps');
      expect(added.get('x-dead-letter-attempts')?.toString()).toBe('2');
      expect(added.get('kafka_dlt-original-topic')?.toString()).toBe(topic);
      expect(added.get('kafka_dlt-original-partition')?.readInt32BE()).toBe(partition);
      expect(added.get('kafka_dlt-original-offset')?.readBigInt64BE()).toBe(offset);
      expect(added.get('kafka_dlt-exception-message')?.toString()).toBe('no stock');
    }
  });
});
