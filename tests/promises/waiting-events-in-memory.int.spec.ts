import { randomUUIDv7 } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import type { EventTransport, LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { eventually } from '@/testing/eventually';
import type { Delivery } from './support/delivery-on';
import { onBothEngines } from './support/on-both-engines';
import { WaitingConsumer } from './support/waiting-consumer';

const WAITING = 1_000_000;
const PARTS = 10;
const PER_APPEND = 5_000;
const APPENDS_AT_ONCE = 4;
const KEYS = 10_000;
const MOST_GROWTH_MB = 100;

/** Events like the one that is there, of many keys, each with an id of its own. */
async function fill(transport: EventTransport, like: LogRecord, count: number): Promise<void> {
  let made = 0;
  const next = () => {
    const records = Array.from({ length: Math.min(PER_APPEND, count - made) }, (_, index) => ({
      topic: like.topic,
      key: Buffer.from(`K${(made + index) % KEYS}`),
      value: like.value,
      headers: like.headers.map(([name, value]) =>
        name === 'ce_id' ? ([name, Buffer.from(randomUUIDv7())] as const) : ([name, value] as const),
      ),
    }));
    made += records.length;
    return records;
  };
  const append = async () => {
    while (made < count) await transport.append(next());
  };
  await Promise.all(Array.from({ length: APPENDS_AT_ONCE }, append));
}

async function transportOf(delivery: Delivery): Promise<{ transport: EventTransport; like: LogRecord }> {
  const { app } = await delivery.start('feeder', []);
  const { transport } = app.get(KafkaRuntime, { strict: false });
  await delivery.publisher.publish([{ key: 'K0', seq: 1 }]);
  const [partition = 0] = [...(await delivery.publisher.ends())].find(([, end]) => end > 0) ?? [];
  const from = { topic: delivery.topic, partition, offset: 0n };
  const { records } = await transport.read({ from, limit: 1, maxBytes: 1_048_576 });
  const [like] = records;
  if (!like) throw new Error('The event that was published is not in the log.');
  return { transport, like };
}

let consumer: WaitingConsumer | undefined;
afterEach(async () => {
  await consumer?.kill();
  consumer = undefined;
});

onBothEngines('memory is bounded by bytes in flight, not by what waits', (on) => {
  it(`grows by less than ${MOST_GROWTH_MB} MB with ${WAITING.toLocaleString('en')} events waiting`, async () => {
    const delivery = on();
    const { transport, like } = await transportOf(delivery);
    const running = await WaitingConsumer.start(delivery.settings('consumer', []));
    consumer = running;
    await eventually(async () => (await running.measure()).handled === 1, {
      what: 'the first event to be handled',
    });
    await running.hold();
    const idle = await running.measure();
    let held = idle;
    for (let part = 0; part < PARTS; part++) {
      await fill(transport, like, WAITING / PARTS);
      held = await running.measure();
      expect(held.rssMb - idle.rssMb).toBeLessThan(MOST_GROWTH_MB);
    }
    expect(held.handled).toBe(1);
    const ends = await delivery.publisher.ends();
    expect([...ends.values()].reduce((sum, end) => sum + end)).toBe(WAITING + 1);
    await running.letGo();
    await eventually(async () => (await running.measure()).handled > 1, { what: 'them to flow' });
  }, 300_000);
});
