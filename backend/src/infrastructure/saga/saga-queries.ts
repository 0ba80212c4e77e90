import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { Refusal } from './saga-definition';
import type { SagaStatus } from './saga-state';

export interface SagaView {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly orderId: string;
  readonly status: SagaStatus;
  readonly step: string | null;
  readonly deadline: Date | null;
  readonly completedSteps: readonly string[];
  readonly undone: readonly string[];
  /** Why it compensates; null while it does not. */
  readonly reason: Refusal | null;
  readonly history: readonly SagaHistoryEntry[];
}

export interface SagaHistoryEntry {
  readonly at: string;
  readonly step: string | null;
  readonly kind: string;
  readonly eventId: string | null;
}

export interface UnfinishedVersion {
  readonly type: string;
  readonly version: number;
  readonly count: number;
}

/** Looks without locks. */
export class SagaQueries {
  constructor(private readonly database: SqlSession) {}

  find(id: string): Promise<SagaView | undefined> {
    return this.database.row<SagaView>(sql`
      select id, type, version, subject as "orderId", status, step, deadline,
        completed_steps as "completedSteps", state -> 'undone' as undone, nullif(state -> 'reason', 'null') as reason,
        coalesce((select jsonb_agg(jsonb_build_object('at', at, 'step', step, 'kind', kind, 'eventId', event_id)
            order by seq) from saga_history where saga_id = sagas.id), '[]') as history
      from sagas where id = ${id}`);
  }

  unfinishedVersions(): Promise<UnfinishedVersion[]> {
    return this.database.rows<UnfinishedVersion>(sql`
      select type, version, count(*)::int as count from sagas
      where status in ('running', 'compensating', 'needs_attention') group by type, version order by type, version`);
  }

  /** Milliseconds to the next deadline by the database's clock, 0 when one has passed; undefined: none is set. */
  async untilNextDeadline(): Promise<number | undefined> {
    const row = await this.database.row<{ wait: number | null }>(sql`
      select greatest(0, extract(epoch from min(deadline) - clock_timestamp()) * 1000)::float8 as wait
      from sagas where deadline is not null`);
    return row?.wait ?? undefined;
  }
}
