import { CodedError } from '@/infrastructure/errors/coded-error';
import { identityByPosition, identityText } from '@/infrastructure/kafka/schema/event-identity';
import type { DecodedEvent, EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { receive } from '@/infrastructure/kafka/schema/received-event';
import { eventTimeOf, isTooOld } from '@/infrastructure/kafka/inbox/event-time';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { EventMark } from '../delivery-store.port';
import { type Delivery, headerText } from '../lanes/delivery';
import type { KnownEvent, RunFailure } from './run-result';

export type Opened =
  | { readonly kind: 'event'; readonly event: KnownEvent & { readonly decoded: DecodedEvent } }
  | { readonly kind: 'undecodable'; readonly failure: RunFailure }
  | { readonly kind: 'unavailable'; readonly error: unknown };

/** Takes a record's event out of it, with what the inbox will know it by. */
export class EventOpener {
  constructor(
    private readonly codec: EventCodec,
    /** How long the inbox remembers, in ms. */
    private readonly horizonMs: () => number,
  ) {}

  async open(delivery: Delivery): Promise<Opened> {
    const record = recordOf(delivery);
    try {
      const decoded = await this.codec.decode(record);
      const time = eventTimeOf(decoded.identity, headerText(record, 'ce_time'), record);
      const mark: EventMark = { identity: decoded.identity, time };
      return { kind: 'event', event: { decoded, mark, eventType: decoded.event.eventType } };
    } catch (error) {
      if (error instanceof CodedError && error.retryable) return { kind: 'unavailable', error };
      return {
        kind: 'undecodable',
        failure: { event: this.known(record), handler: undefined, error, remaining: [], final: true },
      };
    }
  }

  /** The inbox may have forgotten an event of this age. */
  isTooOld({ time }: EventMark): boolean {
    return time !== '-infinity' && isTooOld(time, Date.now(), this.horizonMs());
  }

  /** As much as can be told without reading the data. */
  known(record: LogRecord): KnownEvent {
    let identity = identityText(identityByPosition(record));
    let eventType = headerText(record, 'ce_type');
    try {
      const received = receive(record);
      identity = identityText(received.identity);
      eventType ??= received.eventType;
    } catch {
      // Its place in the log is its identity then.
    }
    const time = eventTimeOf(identity, headerText(record, 'ce_time'), record);
    return { decoded: undefined, mark: { identity, time }, eventType: eventType ?? 'unknown' };
  }
}

/** The record as it runs: a person may have mended its value. */
export const recordOf = ({ record, row }: Delivery): LogRecord =>
  row?.editedValue ? { ...record, value: row.editedValue } : record;
