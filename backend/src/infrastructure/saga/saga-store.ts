import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { newSaga, type SagaFact, type SagaState } from './saga-state';

export interface SagaRecord {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly subject: string;
  readonly state: SagaState;
  readonly context: unknown;
  readonly historyLength: number;
}

/** A record under its row lock, with the database's time of the look. */
export interface LockedSaga extends SagaRecord {
  readonly now: Date;
}

export interface NewSaga extends Pick<SagaRecord, 'type' | 'version' | 'subject' | 'context'> {
  /** The subject's lock that it holds until it has ended; default: the type. */
  readonly lock?: string | undefined;
}

export interface SagaAdvance {
  readonly facts: readonly SagaFact[];
  readonly state: SagaState;
  /** When the saga is looked at though nobody answers. */
  readonly deadline: Date | null;
  readonly eventId: string | null;
}

const LONGEST_HISTORY_FOR_IGNORED = 500;

const lockedColumns = sql`id, type, version, subject, state, context, history_length as "historyLength",
  clock_timestamp() as now`;

interface Change {
  readonly saga: SagaRecord;
  readonly facts: readonly SagaFact[];
  readonly eventId: string | null;
}

/** Sagas in PostgreSQL; every method needs a unit of work in progress. */
export class SagaStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Undefined when there is a saga of this type for the subject already, or its lock is held. */
  insert(saga: NewSaga): Promise<LockedSaga | undefined> {
    return this.unitOfWork.ask(insertAll, saga);
  }

  async exists(type: string, subject: string): Promise<boolean> {
    const found = await this.unitOfWork.sql.row(sql`select from sagas where id = ${sagaId(type, subject)}`);
    return found !== undefined;
  }

  async lock(type: string, subject: string): Promise<LockedSaga | undefined> {
    return (await this.unitOfWork.ask(lockAll, [sagaId(type, subject)]))[0];
  }

  /** The unfinished one of these types, otherwise the last one. */
  async lockCurrent(types: readonly string[], subject: string): Promise<LockedSaga | undefined> {
    const ids = types.map((type) => sagaId(type, subject));
    const [last, ...earlier] = await this.unitOfWork.ask(lockAll, ids);
    return [last, ...earlier].find((saga) => saga && !isOver(saga)) ?? last;
  }

  /** The longest overdue saga that nobody works on. */
  async lockDue(): Promise<LockedSaga | undefined> {
    // The statement's time, which stands still: with one that goes on each look would walk all sagas that run.
    const row = await this.unitOfWork.sql.row<LockedSaga>(sql`
      select ${lockedColumns} from sagas
      where deadline <= statement_timestamp() order by deadline limit 1
      for no key update skip locked`);
    return row && withToday(row);
  }

  /** A deadline that has passed; one that was set meanwhile stays. */
  async postpone(id: string, ms: number): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      update sagas set deadline = clock_timestamp() + ${ms}::float8 * interval '1 millisecond'
      where id = ${id} and deadline <= clock_timestamp()`);
  }

  /** An input that changed nothing: kept in the history, up to a bound, so that a flood cannot grow it. */
  async noteIgnored(saga: SagaRecord, facts: readonly SagaFact[], eventId: string | null): Promise<void> {
    if (saga.historyLength >= LONGEST_HISTORY_FOR_IGNORED) return;
    await this.unitOfWork.sql.run(sql`
      with history as (${appendHistory([{ saga, facts, eventId }])})
      update sagas set history_length = history_length + ${facts.length}::int where id = ${saga.id}`);
  }

  save(saga: SagaRecord, advance: SagaAdvance): Promise<void> {
    return this.unitOfWork.ask(saveAll, { saga, ...advance });
  }
}

async function insertAll(
  session: SqlSession,
  sagas: readonly NewSaga[],
): Promise<readonly (LockedSaga | undefined)[]> {
  const ids = sagas.map(({ type, subject }) => sagaId(type, subject));
  const rows = await session.rows<LockedSaga>(sql`
    insert into sagas (id, type, version, subject, lock_name, status, state, context)
    select id, type, version, subject, lock_name, 'running', ${JSON.stringify(newSaga)}::jsonb, context
    from unnest(
      ${ids}::text[], ${sagas.map(({ type }) => type)}::text[], ${sagas.map(({ version }) => version)}::int[],
      ${sagas.map(({ subject }) => subject)}::text[], ${sagas.map(({ type, lock = type }) => lock)}::text[],
      ${sagas.map(({ context }) => JSON.stringify(context))}::jsonb[]
    ) as saga (id, type, version, subject, lock_name, context)
    order by id
    on conflict do nothing returning ${lockedColumns}`);
  const inserted = byId(rows);
  return ids.map((id) => inserted.get(id));
}

/** Of each list those that there are, the latest first. */
async function lockAll(
  session: SqlSession,
  lists: readonly (readonly string[])[],
): Promise<readonly (readonly LockedSaga[])[]> {
  const rows = await session.rows<LockedSaga & { created: Date }>(sql`
    select ${lockedColumns}, created_at as created from sagas
    where id = any(${lists.flat()}::text[]) order by id for no key update`);
  const locked = byId(rows.toSorted((a, b) => b.created.getTime() - a.created.getTime()));
  return lists.map((ids) => [...locked.values()].filter(({ id }) => ids.includes(id)));
}

async function saveAll(
  session: SqlSession,
  changes: readonly (Change & SagaAdvance)[],
): Promise<readonly undefined[]> {
  await session.run(sql`
    with history as (${appendHistory(changes)})
    update sagas set status = now.status, step = now.step, deadline = now.deadline,
      completed_steps = array(select jsonb_array_elements_text(now.state -> 'completedSteps')), state = now.state,
      history_length = history_length + now.facts, updated_at = clock_timestamp()
    from unnest(
      ${changes.map(({ saga }) => saga.id)}::text[], ${changes.map(({ state }) => state.status)}::text[],
      ${changes.map(({ state }) => state.waitingFor?.step ?? null)}::text[],
      ${changes.map(({ deadline }) => deadline?.toISOString() ?? null)}::timestamptz[],
      ${changes.map(({ state }) => JSON.stringify(state))}::jsonb[],
      ${changes.map(({ facts }) => facts.length)}::int[]
    ) as now (id, status, step, deadline, state, facts)
    where sagas.id = now.id`);
  return changes.map(() => undefined);
}

function appendHistory(changes: readonly Change[]): SqlQuery {
  return sql`
    insert into saga_history (saga_id, seq, step, kind, event_id, detail)
    select change.saga_id, known + ordinality, fact ->> 'step', fact ->> 'kind', change.event_id,
      fact - 'step' - 'kind'
    from unnest(
      ${changes.map(({ saga }) => saga.id)}::text[], ${changes.map(({ saga }) => saga.historyLength)}::int[],
      ${changes.map(({ eventId }) => eventId)}::text[], ${changes.map(({ facts }) => JSON.stringify(facts))}::jsonb[]
    ) as change (saga_id, known, event_id, facts)
    cross join jsonb_array_elements(change.facts) with ordinality as entries (fact, ordinality)`;
}

const byId = (rows: readonly LockedSaga[]): ReadonlyMap<string, LockedSaga> =>
  new Map(rows.map((row) => [row.id, withToday(row)]));

/** A state may have been written before a field of today was known. */
const withToday = <Saga extends SagaRecord>(saga: Saga): Saga => ({
  ...saga,
  state: { ...newSaga, ...saga.state },
});

const isOver = ({ state: { status } }: SagaRecord): boolean =>
  status === 'completed' || status === 'compensated';

export const sagaId = (type: string, subject: string): string => `${type}:${subject}`;
