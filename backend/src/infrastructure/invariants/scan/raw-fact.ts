import { createHash } from 'node:crypto';
import { eventTopology, type EventTopology } from '@shop/contracts';
import { CodedError } from '@/infrastructure/errors/coded-error';
import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { identityText } from '@/infrastructure/kafka/schema/event-identity';
import { receive } from '@/infrastructure/kafka/schema/received-event';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';

/** What the checks need of a record. One that is no event has its place and its digest only. */
export interface RawFact {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly eventType: string | null;
  readonly source: string | null;
  readonly eventId: string | null;
  /** As the inbox knows it. */
  readonly identity: string | null;
  readonly key: string | null;
  readonly causation: string | null;
  readonly orderId: string | null;
  /** Of the value's bytes. */
  readonly digest: string;
  readonly detail: object | null;
}

const topology: Readonly<Record<string, EventTopology>> = eventTopology;

/** Data that a check looks into; of all other types the headers are enough. */
const DETAILED: Readonly<Record<string, (data: Readonly<Record<string, unknown>>) => object>> = {
  'order.created': ({ items, totals, currency, flow }) => ({ items, totals, currency, flow }),
  'order.status.updated': ({ oldStatus, newStatus }) => ({ oldStatus, newStatus }),
};

/** Rejects where a repetition can help, such as a registry that is away. */
export async function rawFactOf(record: LogRecord, codec: EventCodec): Promise<RawFact> {
  const { topic, partition, offset, timestamp, value } = record;
  const place = { topic, partition, offset, at: timestamp, digest: digestOf(value) };
  try {
    return { ...place, ...(await told(record, codec)) };
  } catch (error) {
    if (!(error instanceof CodedError) || error.retryable) throw error;
    const nothing = { eventType: null, source: null, eventId: null, identity: null, causation: null };
    return { ...place, ...nothing, key: record.key?.toString() ?? null, orderId: null, detail: null };
  }
}

async function told(record: LogRecord, codec: EventCodec) {
  const { eventType: named, identity, causationId } = receive(record);
  const decoded =
    named === undefined || Object.hasOwn(DETAILED, named) ? await codec.decode(record) : undefined;
  const eventType = named ?? decoded?.event.eventType ?? null;
  const data = decoded?.event.data as Readonly<Record<string, unknown>> | undefined;
  const detail = eventType !== null && data ? (DETAILED[eventType]?.(data) ?? null) : null;
  const key = record.key?.toString() ?? null;
  const ofOrder = eventType !== null && topology[eventType]?.keyField === 'orderId';
  const orderId = typeof data?.['orderId'] === 'string' ? data['orderId'] : key;
  return {
    eventType,
    source: identity.source,
    eventId: identity.id,
    identity: identityText(identity),
    causation: causationId ?? null,
    key,
    orderId: ofOrder ? orderId : null,
    detail,
  };
}

const digestOf = (value: Buffer | null): string =>
  value === null ? '' : createHash('sha256').update(value).digest('base64').slice(0, 24);
