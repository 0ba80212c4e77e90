import { Injectable } from '@nestjs/common';
import { type EventOf, EventPublisherService, KafkaHandler, sql, UnitOfWork } from '@/infrastructure/kafka';
import { room, seat } from './trip-events';

type Thing = typeof seat | typeof room;
type Requested = EventOf<Thing['requested'] | Thing['returnRequested']>;

/**
 * What the steps ask of other services, which would be applications of their own. Safe to ask for twice; what is
 * given back before it was taken is refused when it is asked for later.
 */
@Injectable()
export class Places {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly publisher: EventPublisherService,
  ) {}

  @KafkaHandler(seat.requested, { name: 'airline.on-requested' })
  onSeat(event: Requested): Promise<void> {
    return this.take(seat, event);
  }

  @KafkaHandler(seat.returnRequested, { name: 'airline.on-return-requested' })
  onSeatReturn(event: Requested): Promise<void> {
    return this.giveBack(seat, event);
  }

  @KafkaHandler(room.requested, { name: 'hotel.on-requested' })
  onRoom(event: Requested): Promise<void> {
    return this.take(room, event);
  }

  @KafkaHandler(room.returnRequested, { name: 'hotel.on-return-requested' })
  onRoomReturn(event: Requested): Promise<void> {
    return this.giveBack(room, event);
  }

  private async take(thing: Thing, { data: { tripId, city } }: Requested): Promise<void> {
    if (thing === room && city === 'Mars') {
      await this.publisher.publish(room.refused, {
        tripId,
        code: 'NO_HOTEL',
        message: 'Nobody lets rooms there.',
      });
      return;
    }
    const [place] = await this.unitOfWork.sql.rows<{ state: string }>(sql`
      insert into places (trip_id, thing, state) values (${tripId}, ${thing.taken.eventType}, 'taken')
      on conflict (trip_id, thing) do update set state = places.state returning state`);
    if (place?.state === 'taken') await this.publisher.publish(thing.taken, { tripId });
    else
      await this.publisher.publish(thing.refused, { tripId, code: 'GIVEN_BACK', message: 'Not any more.' });
  }

  private async giveBack(thing: Thing, { data: { tripId } }: Requested): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into places (trip_id, thing, state) values (${tripId}, ${thing.taken.eventType}, 'returned')
      on conflict (trip_id, thing) do update set state = 'returned'`);
    await this.publisher.publish(thing.returned, { tripId });
  }
}
