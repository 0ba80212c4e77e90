import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { type Violation, violation } from '../violation';
import { MOST_FOUND } from './event-row';

interface Waiting {
  readonly seq: string;
  readonly id: string;
  readonly type: string;
  readonly key: string;
}

/** What a service has committed is on its way only for a moment. `olderThanMs`: how long that moment may be. */
export async function checkOutboxes(
  session: SqlSession,
  schemas: readonly string[],
  olderThanMs: number,
): Promise<readonly Violation[]> {
  const found: Violation[] = [];
  for (const schema of schemas) {
    for (const { seq, id, type, key } of await waiting(session, schema, olderThanMs)) {
      const message = `row ${seq}, ${type} ${id}, has not been relayed`;
      found.push(violation('OUTBOX_ROW_WAITS', `outbox of ${schema}, ${key}`, message));
    }
    for (const { seq, id, type, key } of await refused(session, schema)) {
      const message = `row ${seq}, ${type} ${id}, was refused by the log`;
      found.push(violation('OUTBOX_ROW_REFUSED', `outbox of ${schema}, ${key}`, message));
    }
  }
  return found;
}

/** What was committed after the check began, such as its own entry in the audit trail, is on its way. */
const waiting = (session: SqlSession, schema: string, olderThanMs: number): Promise<readonly Waiting[]> =>
  session.rows<Waiting>(sql`
    select seq::text, id::text, type, aggregateid as key from ${sql.id(schema)}.outbox
    where created_at <= clock_timestamp() - ${olderThanMs}::float8 * interval '1 millisecond'
      and created_at < (select backend_start from pg_stat_activity where pid = pg_backend_pid())
    order by outbox.seq limit ${MOST_FOUND}`);

/** What a person has set aside is somebody's decision. */
const refused = (session: SqlSession, schema: string): Promise<readonly Waiting[]> =>
  session.rows<Waiting>(sql`
    select seq::text, id::text, type, aggregateid as key from ${sql.id(schema)}.outbox_refused
    where set_aside_at is null order by outbox_refused.seq limit ${MOST_FOUND}`);
