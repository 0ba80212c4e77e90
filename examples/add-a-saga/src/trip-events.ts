import { defineEvent } from '@/infrastructure/kafka';

export const topic = 'trip-events';

export interface TripData {
  readonly tripId: string;
  readonly city?: string;
  readonly code?: string;
  readonly message?: string;
}

const text = { type: 'string' } as const;
const schema = {
  kind: 'json-schema',
  schema: {
    type: 'object',
    properties: { tripId: text, city: text, code: text, message: text },
    required: ['tripId'],
    additionalProperties: false,
  },
} as const;

/** Keyed by the trip, so that its events stay in order. */
const tripEvent = <const Type extends string>(eventType: Type) =>
  defineEvent<TripData>()({ eventType, topic, key: ({ tripId }) => tripId, schema });

const eventsOf = <const Thing extends string>(thing: Thing) => ({
  requested: tripEvent(`${thing}.requested`),
  taken: tripEvent(`${thing}.taken`),
  refused: tripEvent(`${thing}.refused`),
  returnRequested: tripEvent(`${thing}.return.requested`),
  returned: tripEvent(`${thing}.returned`),
});

export const seat = eventsOf('seat');
export const room = eventsOf('room');
export const tripEvents = [...Object.values(seat), ...Object.values(room)];
