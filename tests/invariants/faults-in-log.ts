import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { decodeHeaders, encodeHeaders } from '@/infrastructure/kafka/transport/embedded/header-codec';
import { LogPlaces, type Place } from './log-places';
import { oneRow, type PlantedFault, rowGone } from './planted-fault';

/** `copy`: its offset. */
type Copy = Place & { readonly copy: string };

interface Change {
  readonly eventId?: string;
  readonly value?: Buffer;
  readonly key?: string;
  readonly partition?: number | undefined;
}

/** Records that the embedded log has too many or too few of. */
export class LogFaults {
  private readonly places: LogPlaces;

  constructor(private readonly database: pg.Pool) {
    this.places = new LogPlaces(database);
  }

  async eventGone(
    topic: string,
    type: string,
    key: string,
  ): Promise<PlantedFault<Place & { handlers: readonly string[] }>> {
    const place = await this.places.find(topic, key, ({ eventType }) => eventType === type);
    const handlers = await this.places.handlersOf(topic, [place]);
    const where = 'segment = $1 and partition = $2 and record_offset = $3';
    return {
      ...place,
      handlers,
      ...(await rowGone(this.database, 'log.record', where, [place.segment, place.partition, place.offset])),
    };
  }

  eventTwice(topic: string, type: string, key: string): Promise<PlantedFault<Copy>> {
    return this.copied(topic, type, key, {});
  }

  /** The event's id on a record that says something else. */
  eventIdReused(topic: string, type: string, key: string): Promise<PlantedFault<Copy>> {
    return this.copied(topic, type, key, { value: Buffer.from('something else') });
  }

  /** The same answer to the same request, as an event of its own. */
  answeredTwice(topic: string, type: string, key: string): Promise<PlantedFault<Copy>> {
    return this.copied(topic, type, key, { eventId: randomUUID() });
  }

  /** An event of the key in a partition that is not the key's. */
  async inAnotherPartition(topic: string, type: string, key: string): Promise<PlantedFault<Copy>> {
    const own = await this.places.find(topic, key, ({ eventType }) => eventType === type);
    const { rows } = await this.database.query<{ partition: number }>(
      'select partition from log.head where topic = $1 and partition <> $2 order by partition limit 1',
      [topic, own.partition],
    );
    return this.copied(topic, type, key, { eventId: randomUUID(), partition: rows[0]?.partition });
  }

  /** An event of one order, told of another one as well. */
  async toldOfAnother(type: string, orderId: string, other: string): Promise<PlantedFault<Copy>> {
    const { partition } = await this.places.find(
      'order-events',
      other,
      ({ eventType }) => eventType === 'order.created',
    );
    return this.copied('order-events', type, orderId, { eventId: randomUUID(), key: other, partition });
  }

  /** A record that is like the event but for the change, at the end of a partition. */
  private async copied(
    topic: string,
    type: string,
    of: string,
    { eventId, key = of, value, partition }: Change,
  ): Promise<PlantedFault<Copy>> {
    const place = await this.places.find(topic, of, ({ eventType }) => eventType === type);
    const headers = encodeHeaders(
      decodeHeaders(place.headers).map(([name, bytes]) =>
        name === 'ce_id' && eventId !== undefined ? [name, Buffer.from(eventId)] : [name, bytes],
      ),
    );
    const into = partition ?? place.partition;
    const { rows } = await this.database.query<{ copy: string }>(
      `with head as (
         update log.head set next = next + 1 where topic = $1 and partition = $5 returning next - 1 as copy
       )
       insert into log.record (segment, partition, record_offset, record_time, key, value, headers)
       select segment, $5, copy, record_time, convert_to($6, 'UTF8'), coalesce($7, value), $8 from log.record, head
       where segment = $3 and partition = $2 and record_offset = $4 returning record_offset as copy`,
      [topic, place.partition, place.segment, place.offset, into, key, value ?? null, headers],
    );
    const copy = rows[0]?.copy;
    if (copy === undefined) throw new Error(`No copy of ${type} was made.`);
    return {
      ...place,
      copy,
      [Symbol.asyncDispose]: async () => {
        await oneRow(
          this.database,
          'delete from log.record where segment = $1 and partition = $2 and record_offset = $3',
          [place.segment, into, copy],
        );
        await oneRow(
          this.database,
          'update log.head set next = next - 1 where topic = $1 and partition = $2',
          [topic, into],
        );
      },
    };
  }
}
