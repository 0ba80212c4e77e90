import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '@/infrastructure/event-store/stream-event';
import { fold, upcast } from '@/infrastructure/event-store/upcast';
import { type RecordedOrderEvent, statusRow } from '../domain/order-stream';
import { orderUpcasters } from '../domain/order-upcasters';
import { orderStreamDefinition } from './order-stream.definition';

interface RecordedStream {
  readonly events: readonly StoredEvent[];
  readonly becomes: Readonly<Record<string, unknown>>;
}

const FOLDER = join(import.meta.dirname, 'recorded-streams');
const streams = readdirSync(FOLDER).map(
  (name) => [name, JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as RecordedStream] as const,
);

/** Files are only ever added to the folder: what was stored once is read for as long as there are streams. */
describe('recorded streams', () => {
  it('are there for every older schema version', () => {
    const recorded = new Set(
      streams.flatMap(([, { events }]) => events.map((event) => `${event.type} ${event.schemaVersion}`)),
    );
    const older = Object.entries(orderUpcasters).flatMap(([type, steps]) =>
      steps.map((_, index) => `${type} ${index + 1}`),
    );
    expect(older.length).toBeGreaterThan(0);
    expect(older.filter((version) => !recorded.has(version))).toEqual([]);
  });

  it.each(streams)('%s is what it was to today’s code', (_, { events, becomes }) => {
    const { history, ...state } = becomes;
    expect(fold(orderStreamDefinition, events)).toMatchObject(state);
    const today = events.map((event) => upcast<RecordedOrderEvent>(orderUpcasters, event));
    expect(today.map((event, index) => statusRow(event, index + 1))).toEqual(history);
  });

  it('of a newer build are refused, and not guessed', () => {
    const [event] = streams[0]?.[1].events ?? [];
    if (!event) throw new Error('There is no recorded event.');
    const newer = { ...event, schemaVersion: 99 };
    expect(() => fold(orderStreamDefinition, [newer])).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_STREAM_EVENT' }),
    );
    expect(() => fold(orderStreamDefinition, [{ ...event, type: 'toString' }])).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_STREAM_EVENT' }),
    );
  });
});
