import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import type { TrailEntry } from '../domain/trail-entry';

export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** An event and where it stands in the log. */
export interface NewEntry extends TrailEntry {
  readonly position: Position;
}

export interface StoredEntry extends TrailEntry {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly recordedAt: string;
}

export interface TrailFilter {
  readonly orderId?: string | undefined;
  readonly eventType?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

interface TrailRow {
  readonly id: string;
  readonly actor_id: string;
  readonly event_type: string;
  readonly event_id: string;
  readonly source: string;
  readonly order_id: string | null;
  readonly user_id: string | null;
  readonly resource: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly occurred_at: Date;
  readonly recorded_at: Date;
}

/** Rows are only ever added. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** In the order given. */
  async add(entries: readonly NewEntry[]): Promise<void> {
    const column = <Value>(of: (entry: NewEntry) => Value) => entries.map(of);
    await this.unitOfWork.sql.run(sql`
      insert into audit_trail (actor_id, event_type, event_id, source, order_id, user_id, resource,
        topic, partition, "offset", correlation_id, causation_id, occurred_at)
      select * from unnest(
        ${column(({ actorId }) => actorId)}::text[], ${column(({ eventType }) => eventType)}::text[],
        ${column(({ eventId }) => eventId)}::text[], ${column(({ source }) => source)}::text[],
        ${column(({ orderId }) => orderId)}::text[], ${column(({ userId }) => userId)}::text[],
        ${column(({ resource }) => resource)}::text[], ${column(({ position }) => position.topic)}::text[],
        ${column(({ position }) => position.partition)}::int[],
        ${column(({ position }) => position.offset.toString())}::bigint[],
        ${column(({ correlationId }) => correlationId)}::text[],
        ${column(({ causationId }) => causationId)}::text[],
        ${column(({ occurredAt }) => occurredAt)}::timestamptz[])`);
  }

  /** Newest first; one more than `limit` where there are more. */
  async list({ orderId, eventType, before, limit }: TrailFilter): Promise<StoredEntry[]> {
    let where = sql`true`;
    if (orderId !== undefined) where = sql`${where} and order_id = ${orderId}`;
    if (eventType !== undefined) where = sql`${where} and event_type = ${eventType}`;
    if (before !== undefined) where = sql`${where} and id < ${before}::bigint`;
    const rows = await this.database.rows<TrailRow>(sql`
      select * from audit_trail where ${where} order by id desc limit ${limit + 1}`);
    return rows.map(toEntry);
  }
}

function toEntry(row: TrailRow): StoredEntry {
  return {
    id: row.id,
    actorId: row.actor_id,
    eventType: row.event_type,
    eventId: row.event_id,
    source: row.source,
    orderId: row.order_id,
    userId: row.user_id,
    resource: row.resource,
    topic: row.topic,
    partition: row.partition,
    offset: row.offset,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    occurredAt: row.occurred_at.toISOString(),
    recordedAt: row.recorded_at.toISOString(),
  };
}
