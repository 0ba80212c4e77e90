import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import { type SagaStatus, sagaStatuses } from './saga-state';

/** What must hold of a saga; everything that is given must. */
export interface SagaFilter {
  readonly type?: string | undefined;
  /** One of these. */
  readonly status?: readonly SagaStatus[] | undefined;
  readonly orderId?: string | undefined;
  /** The saga with this id, and those of the order with this id. */
  readonly about?: string | undefined;
  /** In progress, or refused in a saga that needs attention. */
  readonly step?: string | undefined;
  /** Has not moved on for this long, seconds. */
  readonly olderThan?: number | undefined;
}

/** Nothing and nobody is waited for any more. */
export const isOver = (status: SagaStatus): boolean => status === 'completed' || status === 'compensated';

/** The wanted statuses; those of sagas that wait for something apart from those of sagas that are over. */
export function statusesOf({ status = sagaStatuses }: SagaFilter) {
  return { unfinished: status.filter((one) => !isOver(one)), ended: status.filter(isOver) };
}

// There are few types and many subjects, and the unique index begins with the type.
const idsOf = (orderId: string): SqlQuery => sql`(
  with recursive types (type) as (
    (select type from sagas order by type limit 1)
    union all
    select (select min(type) from sagas where type > types.type) from types where types.type is not null)
  select type || ':' || ${orderId}::text from types where type is not null)`;

/** The filter without its statuses as a condition on `sagas`. */
export function conditionOf({ type, orderId, about, step, olderThan }: SagaFilter): SqlQuery {
  let condition = sql`true`;
  if (type !== undefined) condition = sql`${condition} and type = ${type}`;
  if (orderId !== undefined) condition = sql`${condition} and id in ${idsOf(orderId)}`;
  if (about !== undefined) {
    condition = sql`${condition} and id in (select ${about}::text union all select * from ${idsOf(about)} as ids)`;
  }
  if (step !== undefined) {
    const refused = JSON.stringify([{ step }]);
    condition = sql`${condition} and (step = ${step}
      or status = 'needs_attention'
        and (state -> 'refusedUndos' @> ${refused}::jsonb or state -> 'refusedSteps' @> ${refused}::jsonb))`;
  }
  if (olderThan !== undefined) {
    condition = sql`${condition} and updated_at < clock_timestamp() - ${olderThan}::float8 * interval '1 second'`;
  }
  return condition;
}
