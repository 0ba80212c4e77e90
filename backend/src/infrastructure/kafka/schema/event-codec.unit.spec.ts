import { readFileSync } from 'node:fs';
import { type EventType, eventTypes, topicOf } from '@shop/contracts';
import { describe, expect, it } from 'vitest';
import { codecFixture } from '@/testing/codec-fixture';

const contracts = new URL('../../../../../contracts/', import.meta.url);

const exampleOf = (eventType: EventType): unknown =>
  JSON.parse(
    readFileSync(new URL(`topics/${topicOf(eventType)}/${eventType}/example.json`, contracts), 'utf8'),
  );
const goldenOf = (eventType: EventType, version: number): string =>
  readFileSync(new URL(`golden/${eventType}/v${version}.hex`, contracts), 'utf8').trim();

describe('the event types', () => {
  it.each(eventTypes)('%s comes back as it was given', async (eventType) => {
    const { codec, newEvent, received } = codecFixture();
    const example = exampleOf(eventType);
    const given = newEvent(eventType, example);

    const record = await codec.encode(given);
    const { event } = await codec.decode(received(record));

    expect(event).toStrictEqual(given.envelope);
    expect(record.topic).toBe(topicOf(eventType));
  });

  it.each(eventTypes)('%s has the recorded bytes', async (eventType) => {
    const { codec, newEvent } = codecFixture();

    const given = newEvent(eventType, exampleOf(eventType));
    const { value } = await codec.encode(given);

    expect(value?.toString('hex', 5)).toBe(goldenOf(eventType, given.envelope.schemaVersion));
  });
});
