import type { Database } from '@/infrastructure/postgres/database';
import type { SqlSession } from '@/infrastructure/postgres/sql';
import type { EventTransport, OutgoingRecord } from '@/infrastructure/kafka/transport/transport.port';
import { deleteRows, oldestRows, takeRows } from './outbox-rows';

/** Told of every append: how many records, how long it took in ms, and whether the log took them. */
export type AppendObserver = (records: number, ms: number, ok: boolean) => void;

/** How a batch of rows gets into the log. Answers how many rows it moved. */
export interface RelayDoor {
  move(database: Database, shards: readonly number[], limit: number): Promise<number>;
}

/** What the embedded log offers beyond the transport port: an append inside the caller's transaction. */
export interface TransactionalLog {
  appendWithin(session: SqlSession, records: readonly OutgoingRecord[]): Promise<void>;
  /** Wakes readers of these topics; to be called after the commit. */
  signal(topics: Iterable<string>): void;
}

/** Append first, delete after: a crash in between repeats the append. */
export class LogDoor implements RelayDoor {
  constructor(
    private readonly transport: EventTransport,
    private readonly observe: AppendObserver,
  ) {}

  async move(database: Database, shards: readonly number[], limit: number): Promise<number> {
    const rows = await oldestRows(database, shards, limit);
    if (rows.length === 0) return 0;
    await observed(this.observe, rows.length, () => this.transport.append(rows.map((row) => row.record)));
    await deleteRows(
      database,
      rows.map((row) => row.seq),
    );
    return rows.length;
  }
}

/** Delete and append in one transaction: neither loss nor repetition. */
export class TransactionalDoor implements RelayDoor {
  constructor(
    private readonly log: TransactionalLog,
    private readonly observe: AppendObserver,
  ) {}

  async move(database: Database, shards: readonly number[], limit: number): Promise<number> {
    const topics = new Set<string>();
    const moved = await database.transaction(async (session) => {
      const rows = await takeRows(session, shards, limit);
      const records = rows.map((row) => row.record);
      if (rows.length > 0) {
        await observed(this.observe, rows.length, () => this.log.appendWithin(session, records));
      }
      for (const row of rows) topics.add(row.record.topic);
      return rows.length;
    });
    if (topics.size > 0) this.log.signal(topics);
    return moved;
  }
}

export async function observed<T>(
  observe: AppendObserver,
  records: number,
  append: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  try {
    const result = await append();
    observe(records, performance.now() - begun, true);
    return result;
  } catch (error) {
    observe(records, performance.now() - begun, false);
    throw error;
  }
}
