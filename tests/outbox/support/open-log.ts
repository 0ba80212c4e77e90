import { EmbeddedTransport } from '@/infrastructure/kafka/transport/embedded/embedded-transport';
import { KafkaTransport } from '@/infrastructure/kafka/transport/kafka/kafka-transport';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import { LogDoor } from '@/infrastructure/outbox/log-door';
import type { RelayDoor } from '@/infrastructure/outbox/relay-door';
import { TransactionalDoor } from '@/infrastructure/outbox/transactional-door';

/** Which log an outbox is relayed to: brokers, or the tables of a database, there in one transaction or apart. */
export type LogPlace =
  | { readonly brokers: readonly string[] }
  | { readonly logUrl: string; readonly apart: boolean };

export async function openLog(place: LogPlace): Promise<EventTransport> {
  const transport =
    'brokers' in place
      ? new KafkaTransport({ brokers: place.brokers, clientId: 'outbox-spec' })
      : new EmbeddedTransport({ url: place.logUrl });
  await transport.open();
  return transport;
}

export function doorTo(transport: EventTransport, place: LogPlace): RelayDoor {
  const observe = () => undefined;
  return transport instanceof EmbeddedTransport && 'logUrl' in place && !place.apart
    ? new TransactionalDoor(transport, observe)
    : new LogDoor(transport, observe);
}
