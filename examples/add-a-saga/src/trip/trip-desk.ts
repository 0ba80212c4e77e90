import { Injectable } from '@nestjs/common';
import { type EventOf, KafkaHandler } from '@/infrastructure/kafka';
import { SagaEngine } from '@/infrastructure/saga';
import { room, seat } from '../trip-events';
import { type Trip, tripSaga } from './trip.saga';

const answers = [seat.taken, seat.refused, seat.returned, room.taken, room.refused, room.returned];

@Injectable()
export class TripDesk {
  constructor(private readonly engine: SagaEngine) {}

  /** Once for each trip, however often it is booked. */
  book(trip: Trip): Promise<boolean> {
    return this.engine.start(tripSaga.type, trip.tripId, trip, null);
  }

  @KafkaHandler(answers, { name: 'trip.on-answer' })
  async onAnswer(event: EventOf<(typeof answers)[number]>): Promise<void> {
    await this.engine.reply(tripSaga.type, event.data.tripId, event);
  }
}
