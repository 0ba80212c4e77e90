import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database } from '@/infrastructure/postgres/database';
import type { SqlSession } from '@/infrastructure/postgres/sql';
import type { OutgoingRecord } from '@/infrastructure/kafka/transport/transport.port';
import { NoUnitOfWorkError } from './outbox.errors';
import { appendToOutbox, type OutboxEntry } from './outbox-append';

interface ActiveUnit {
  readonly session: SqlSession;
  readonly entries: OutboxEntry[];
  /** Its work has resolved; what still runs in its context was awaited by nobody and is too late. */
  ended: boolean;
}

/**
 * A transaction of one service together with the events it publishes: both are there after the commit, or neither.
 * A publish inside joins by the asynchronous context; a unit inside a unit is the same unit.
 */
export class UnitOfWork {
  private readonly active = new AsyncLocalStorage<ActiveUnit>();
  private readonly committed = new Set<() => void>();

  constructor(private readonly database: Pick<Database, 'transaction'>) {}

  async run<T>(work: (sql: SqlSession) => Promise<T>): Promise<T> {
    const enclosing = this.active.getStore();
    if (enclosing && !enclosing.ended) return work(enclosing.session);
    let published = false;
    const result = await this.database.transaction(async (session) => {
      const unit: ActiveUnit = { session, entries: [], ended: false };
      const value = await this.active
        .run(unit, async () => work(session))
        .finally(() => {
          unit.ended = true;
        });
      published = unit.entries.length > 0;
      if (published) await appendToOutbox(session, unit.entries);
      return value;
    });
    if (published) for (const listener of this.committed) listener();
    return result;
  }

  /** Statements of the unit in progress. Throws `NoUnitOfWorkError` outside of one. */
  get sql(): SqlSession {
    return this.unit().session;
  }

  get inProgress(): boolean {
    return this.active.getStore()?.ended === false;
  }

  /** Keeps a record for the outbox; written as the last statement before the commit. */
  append(record: OutgoingRecord, entry: Omit<OutboxEntry, 'record'>): void {
    this.unit().entries.push({ ...entry, record });
  }

  /** Called after each commit that published; how the relay is woken. */
  onPublished(listener: () => void): () => void {
    this.committed.add(listener);
    return () => this.committed.delete(listener);
  }

  private unit(): ActiveUnit {
    const unit = this.active.getStore();
    if (!unit || unit.ended) throw new NoUnitOfWorkError();
    return unit;
  }
}
