import { identityByPosition, identityText } from '@/infrastructure/kafka/schema/event-identity';
import { headerText } from '@/infrastructure/kafka/transport/log-record';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';

export type EventTime = Date | '-infinity';

const UUID_V7 = / ([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** RFC 3339, as CloudEvents asks for; without a zone it would depend on ours. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const YEAR_10000 = Date.UTC(10_000, 0, 1);

/**
 * The time under which the inbox keeps an event, the same wherever and whenever it is delivered: that of a UUIDv7 id,
 * else `ce_time`, else the record's for an event that is known by its place in the log, else `-infinity`.
 */
export function eventTimeOf(identity: string, record: LogRecord): EventTime {
  const [, high, low] = UUID_V7.exec(identity) ?? [];
  if (high !== undefined && low !== undefined) return storable(Number.parseInt(high + low, 16));
  const ceTime = headerText(record, 'ce_time');
  if (ceTime !== undefined && TIMESTAMP.test(ceTime)) return storable(Date.parse(ceTime));
  if (identity === identityText(identityByPosition(record))) return storable(record.timestamp);
  return '-infinity';
}

/** An event of this age may have had its effect, and its row be gone. Times in ms; a horizon may be `Infinity`. */
export const isTooOld = (eventTime: EventTime, now: number, horizon: number): boolean =>
  eventTime !== '-infinity' && eventTime.getTime() < now - horizon;

/** What PostgreSQL and JavaScript write in the same way. */
const storable = (ms: number): EventTime => (ms >= 0 && ms < YEAR_10000 ? new Date(ms) : '-infinity');
