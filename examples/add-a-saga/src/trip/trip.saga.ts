import { messageOf, type RemoteStep, type SagaDefinition } from '@/infrastructure/saga';
import { room, seat } from '../trip-events';

export interface Trip {
  readonly tripId: string;
  readonly city: string;
}

function taking(name: string, thing: typeof seat | typeof room): RemoteStep<Trip> {
  return {
    kind: 'remote',
    name,
    deadlineMs: 60_000,
    request: ({ tripId, city }) => messageOf(thing.requested, { tripId, city }),
    replies: { done: thing.taken, failed: thing.refused },
    retry: { attempts: 3, firstMs: 100, maxMs: 1_000, codes: ['BUSY'] },
    undo: {
      request: ({ tripId }, { code }) => messageOf(thing.returnRequested, { tripId, code }),
      replies: { done: thing.returned },
      repeat: { firstMs: 5_000, maxMs: 60_000 },
    },
  };
}

export const tripSaga: SagaDefinition<Trip> = {
  type: 'trip',
  version: 1,
  steps: [
    {
      kind: 'local',
      name: 'destination',
      check: ({ city }) => (city === '' ? { code: 'NO_CITY', message: 'Where to?' } : undefined),
    },
    taking('seat', seat),
    taking('room', room),
  ],
};
