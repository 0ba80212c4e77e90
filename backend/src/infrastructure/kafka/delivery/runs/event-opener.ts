import { CodedError } from '@/infrastructure/errors/coded-error';
import { identityByPosition, identityText } from '@/infrastructure/kafka/schema/event-identity';
import type { DecodedEvent, EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { receive } from '@/infrastructure/kafka/schema/received-event';
import { eventTimeOf, isTooOld } from '@/infrastructure/kafka/inbox/event-time';
import type { InboxHorizon } from '@/infrastructure/kafka/inbox/inbox-horizon';
import { headerText, withValue } from '@/infrastructure/kafka/transport/log-record';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { EventMark } from '../delivery-store.port';
import type { Delivery } from '../lanes/delivery';
import type { KnownEvent, RunFailure } from './run-result';

export type Opened =
  | { readonly kind: 'event'; readonly event: KnownEvent & { readonly decoded: DecodedEvent } }
  | { readonly kind: 'undecodable'; readonly failure: RunFailure }
  | { readonly kind: 'unavailable'; readonly error: unknown };

/** Takes a record's event out of it, with what the inbox will know it by. */
export class EventOpener {
  constructor(
    private readonly codec: EventCodec,
    private readonly horizon: Pick<InboxHorizon, 'ms' | 'now'>,
  ) {}

  /** At once, unless somebody has to be asked for a schema. */
  open(delivery: Delivery): Opened | Promise<Opened> {
    const record = recordOf(delivery);
    try {
      const decoded = this.codec.decodeNow(record);
      if (!(decoded instanceof Promise)) return opened(decoded, record);
      return decoded.then(
        (event) => opened(event, record),
        (error: unknown) => this.refused(record, error),
      );
    } catch (error) {
      return this.refused(record, error);
    }
  }

  private refused(record: LogRecord, error: unknown): Opened {
    if (error instanceof CodedError && error.retryable) return { kind: 'unavailable', error };
    return {
      kind: 'undecodable',
      failure: { event: this.known(record), handler: undefined, error, remaining: [], final: true },
    };
  }

  /** The inbox may have forgotten an event of this age. */
  isTooOld({ time }: EventMark): boolean {
    return time !== '-infinity' && isTooOld(time, this.horizon.now, this.horizon.ms);
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
    return { decoded: undefined, mark: markOf(identity, record), eventType: eventType ?? 'unknown' };
  }
}

const opened = (decoded: DecodedEvent, record: LogRecord): Opened => ({
  kind: 'event',
  event: { decoded, mark: markOf(decoded.identity, record), eventType: decoded.event.eventType },
});

/** Only an inbox asks for the time. */
class Mark implements EventMark {
  private known: EventMark['time'] | undefined;

  constructor(
    readonly identity: string,
    private readonly record: LogRecord,
  ) {}

  get time(): EventMark['time'] {
    this.known ??= eventTimeOf(this.identity, this.record);
    return this.known;
  }
}

const markOf = (identity: string, record: LogRecord): EventMark => new Mark(identity, record);

/** The record as it runs: a person may have mended its value. */
export const recordOf = ({ record, row }: Delivery): LogRecord =>
  row?.editedValue ? withValue(record, row.editedValue) : record;
