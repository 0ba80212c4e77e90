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

export interface SagaAdvance {
  readonly facts: readonly SagaFact[];
  readonly state: SagaState;
  readonly deadline: Date | null;
  readonly eventId: string | null;
}

const LONGEST_HISTORY_FOR_IGNORED = 500;

const columns = sql`id, type, version, subject, state, context, history_length as "historyLength"`;

/** Sagas in PostgreSQL; every method needs a unit of work in progress. */
export class SagaStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** False when there is a saga of this type for the subject already. */
  async insert(saga: Pick<SagaRecord, 'type' | 'version' | 'subject' | 'context'>): Promise<boolean> {
    const inserted = await this.unitOfWork.sql.run(sql`
      insert into sagas (id, type, version, subject, status, state, context)
      values (${sagaId(saga.type, saga.subject)}, ${saga.type}, ${saga.version}, ${saga.subject}, 'running',
        ${JSON.stringify(newSaga)}::jsonb, ${JSON.stringify(saga.context)}::jsonb)
      on conflict do nothing`);
    return inserted === 1;
  }

  lock(type: string, subject: string): Promise<LockedSaga | undefined> {
    return this.unitOfWork.sql.row<LockedSaga>(sql`
      select ${columns}, clock_timestamp() as now from sagas
      where id = ${sagaId(type, subject)} for no key update`);
  }

  /** The longest overdue saga that nobody works on. */
  lockDue(): Promise<LockedSaga | undefined> {
    return this.unitOfWork.sql.row<LockedSaga>(sql`
      select ${columns}, clock_timestamp() as now from sagas
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
}

function appendHistory(saga: SagaRecord, facts: readonly SagaFact[], eventId: string | null): SqlQuery {
  return sql`
    insert into saga_history (saga_id, seq, step, kind, event_id, detail)
    select ${saga.id}, ${saga.historyLength}::int + ordinality, fact ->> 'step', fact ->> 'kind', ${eventId},
      fact - 'step' - 'kind'
    from jsonb_array_elements(${JSON.stringify(facts)}::jsonb) with ordinality as entries (fact, ordinality)`;
}

export const sagaId = (type: string, subject: string): string => `${type}:${subject}`;
