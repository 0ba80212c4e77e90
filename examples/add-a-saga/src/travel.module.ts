import { Module } from '@nestjs/common';
import { KafkaModule } from '@/infrastructure/kafka';
import { sagaMigrations, sagaProviders } from '@/infrastructure/saga';
import { Places } from './places';
import { tripEvents, topic } from './trip-events';
import { TripDesk } from './trip/trip-desk';
import { tripSaga } from './trip/trip.saga';

const migrations = {
  ...sagaMigrations,
  'travel-001':
    'create table places (trip_id text, thing text, state text not null, primary key (trip_id, thing))',
};

/** The application; its sagas, messages and places are in one schema of this database. */
export function travel(databaseUrl: string) {
  @Module({
    imports: [
      KafkaModule.forRoot({
        engine: 'embedded',
        service: 'travel',
        events: tripEvents,
        topics: [{ topic, numPartitions: 2 }],
        database: { url: databaseUrl, migrations },
      }),
    ],
    providers: [...sagaProviders({ versions: [tripSaga] }), TripDesk, Places],
  })
  class TravelModule {}
  return TravelModule;
}
