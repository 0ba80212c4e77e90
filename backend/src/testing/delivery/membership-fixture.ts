import { pino } from 'pino';
import { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import { deliveryOptions, handlerDeliveryOptions } from '@/infrastructure/kafka/delivery/delivery.options';
import type { DeliveryOptions } from '@/infrastructure/kafka/delivery/delivery.options';
import type { DeliveryStore } from '@/infrastructure/kafka/delivery/delivery-store.port';
import type { GroupConsumerOptions } from '@/infrastructure/kafka/delivery/group-consumer';
import { OutcomeObserver } from '@/infrastructure/kafka/delivery/outcome-observer';
import { EventOpener } from '@/infrastructure/kafka/delivery/runs/event-opener';
import { TransactionSlots } from '@/infrastructure/kafka/delivery/runs/transaction-slots';
import { identityText } from '@/infrastructure/kafka/schema/event-identity';
import { receive } from '@/infrastructure/kafka/schema/received-event';
import { UndecodableError } from '@/infrastructure/kafka/schema/schema.errors';
import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { EventTransport, LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { Metrics } from '@/infrastructure/observability/metrics';

export const TOPIC = 'orders';
export const silent = pino({ level: 'silent' });

/** A record whose event is known by its partition and offset. `header`: the type that its headers say, null: none. */
export function recordOf(
  offset: bigint,
  key: string | null,
  type: string,
  { header = type, partition = 0 }: { readonly header?: string | null; readonly partition?: number } = {},
): LogRecord {
  return {
    topic: TOPIC,
    partition,
    offset,
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(type),
    headers: header === null ? [] : [['ce_type', Buffer.from(header)]],
    timestamp: 0,
  };
}

/** What the inbox knows the event by. */
export const identityOf = (record: LogRecord): string => identityText(receive(record).identity);

function decoded(record: LogRecord) {
  const eventType = record.value?.toString() ?? '';
  if (eventType === 'undecodable') throw new UndecodableError('no event');
  const eventId = `${record.partition}-${record.offset}`;
  const key = record.key?.toString() ?? null;
  return {
    event: { eventId, eventType, key, data: null, occurredAt: '', source: '/spec', correlationId: 'c' },
    identity: identityOf(record),
    writerFingerprint: undefined,
  };
}

/** Decodes what `recordOf` makes, every other one later; a value of `undecodable` is none. */
export const codec = {
  decodeNow: (record: LogRecord) =>
    record.offset % 2n === 0n ? decoded(record) : Promise.resolve(record).then(decoded),
} as unknown as EventCodec;

type OwnOptions = Partial<HandlerRegistration['options']>;

export function handlerOf(
  name: string,
  eventTypes: readonly string[],
  run: HandlerRegistration['run'],
  {
    options = {},
    batch,
  }: { readonly options?: OwnOptions; readonly batch?: HandlerRegistration['batch'] } = {},
): HandlerRegistration {
  return {
    name,
    eventTypes,
    run,
    options: {
      ...handlerDeliveryOptions.parse({}),
      effects: 'transaction',
      from: 'beginning',
      independent: false,
      effectsDeclared: true,
      interleaves: false,
      ...options,
    },
    ...(batch ? { batch } : {}),
  };
}

/** What a group needs, with a transport that has one partition of offsets 0 to 7 and never delivers anything. */
export function groupParts(
  store: DeliveryStore,
  handlers: () => readonly HandlerRegistration[],
  limits: Partial<DeliveryOptions> = {},
): GroupConsumerOptions {
  const metrics = new Metrics();
  const checked = deliveryOptions.parse(limits);
  return {
    transport: {
      admin: { offsets: async () => [{ topic: TOPIC, partition: 0, start: 0n, end: 7n }] },
    } as unknown as EventTransport,
    store,
    opener: new EventOpener(codec, { ms: Number.POSITIVE_INFINITY, now: 0 }),
    horizon: { learn: async () => undefined },
    breakers: new Breakers(metrics),
    slots: new TransactionSlots(checked.transactions),
    observer: new OutcomeObserver(),
    limits: checked,
    group: 'g',
    clientId: 'c',
    sessionTimeoutMs: 1_000,
    maxWaitMs: 100,
    metrics,
    logger: silent,
    handlersOn: () => handlers(),
  };
}
