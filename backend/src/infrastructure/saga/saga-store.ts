import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
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

/** Sagas in PostgreSQL; every method needs a unit of work in progress. */
export class SagaStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Undefined when there is a saga of this type for the subject already, or its lock is held. */
  insert({ type, version, subject, context, lock = type }: NewSaga): Promise<LockedSaga | undefined> {
    return this.one(sql`
      insert into sagas (id, type, version, subject, lock_name, status, state, context)
      values (${sagaId(type, subject)}, ${type}, ${version}, ${subject}, ${lock}, 'running',
        ${JSON.stringify(newSaga)}::jsonb, ${JSON.stringify(context)}::jsonb)
      on conflict do nothing returning ${lockedColumns}`);
  }

  async exists(type: string, subject: string): Promise<boolean> {
    const found = await this.unitOfWork.sql.row(sql`select from sagas where id = ${sagaId(type, subject)}`);
    return found !== undefined;
  }

  lock(type: string, subject: string): Promise<LockedSaga | undefined> {
    return this.one(sql`
      select ${lockedColumns} from sagas where id = ${sagaId(type, subject)} for no key update`);
  }

  /** The unfinished one of these types, otherwise the last one. */
  lockCurrent(types: readonly string[], subject: string): Promise<LockedSaga | undefined> {
    return this.one(sql`
      select ${lockedColumns} from sagas where id = any(${types.map((type) => sagaId(type, subject))})
      order by status in ('completed', 'compensated'), created_at desc limit 1 for no key update`);
  }

  /** The longest overdue saga that nobody works on. */
  lockDue(): Promise<LockedSaga | undefined> {
    return this.one(sql`
      select ${lockedColumns} from sagas
      where deadline <= clock_timestamp() order by deadline limit 1
      for no key update skip locked`);
  }

  async postpone(id: string, ms: number): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      update sagas set deadline = clock_timestamp() + ${ms}::float8 * interval '1 millisecond'
      where id = ${id} and deadline is not null`);
  }

  /** An input that changed nothing: kept in the history, up to a bound, so that a flood cannot grow it. */
  async noteIgnored(saga: SagaRecord, facts: readonly SagaFact[], eventId: string | null): Promise<void> {
    if (saga.historyLength >= LONGEST_HISTORY_FOR_IGNORED) return;
    await this.unitOfWork.sql.run(sql`
      with history as (${appendHistory(saga, facts, eventId)})
      update sagas set history_length = history_length + ${facts.length}::int where id = ${saga.id}`);
  }

  async save(saga: SagaRecord, { facts, state, deadline, eventId }: SagaAdvance): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      with history as (${appendHistory(saga, facts, eventId)})
      update sagas set status = ${state.status}, step = ${state.waitingFor?.step ?? null}, deadline = ${deadline},
        completed_steps = ${state.completedSteps}, state = ${JSON.stringify(state)}::jsonb,
        history_length = history_length + ${facts.length}::int, updated_at = clock_timestamp()
      where id = ${saga.id}`);
  }

  /** A state may have been written before a field of today was known. */
  private async one(query: SqlQuery): Promise<LockedSaga | undefined> {
    const row = await this.unitOfWork.sql.row<LockedSaga>(query);
    return row && { ...row, state: { ...newSaga, ...row.state } };
  }
}

function appendHistory(saga: SagaRecord, facts: readonly SagaFact[], eventId: string | null): SqlQuery {
  return sql`
    insert into saga_history (saga_id, seq, step, kind, event_id, detail)
    select ${saga.id}, ${saga.historyLength}::int + ordinality, fact ->> 'step', fact ->> 'kind', ${eventId},
      fact - 'step' - 'kind'
    from jsonb_array_elements(${JSON.stringify(facts)}::jsonb) with ordinality as entries (fact, ordinality)`;
}

export const sagaId = (type: string, subject: string): string => `${type}:${subject}`;
