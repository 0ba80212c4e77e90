import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import type { EventPlace } from '../violation';

/** Findings of a kind that are listed; a log that is damaged all over has more, and the same cause. */
export const MOST_FOUND = 1_000;

/** The place of a row of `raw` under this alias. */
export const placeOf = (alias: SqlQuery): SqlQuery => sql`
  json_build_object('topic', ${alias}.topic, 'partition', ${alias}.partition, 'offset', ${alias}."offset"::text,
    'eventType', ${alias}.event_type, 'eventId', ${alias}.event_id)`;

export interface PlacesRow {
  readonly events: readonly EventPlace[];
}
