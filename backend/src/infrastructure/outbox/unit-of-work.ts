import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, TransactionOptions } from '@/infrastructure/postgres/database';
import { TransactionEndedError } from '@/infrastructure/postgres/database.errors';
import { type ForMany, GatheredStatements } from '@/infrastructure/postgres/gathered-statements';
import type { SqlQuery, SqlSession } from '@/infrastructure/postgres/sql';
import type { OutgoingRecord } from '@/infrastructure/kafka/transport/transport.port';
import { NoUnitOfWorkError } from './outbox.errors';
import { appendToOutbox, type OutboxEntry } from './outbox-append';

export interface UnitOptions<T> extends Pick<TransactionOptions, 'timeoutMs'> {
  /** Whose connection it takes; default: that of the service. */
  readonly database?: Pick<Database, 'transaction'>;
  /** Gets what was published in place of the outbox, before the commit; what it throws rolls the unit back. */
  readonly instead?: (entries: readonly OutboxEntry[], session: SqlSession, result: T) => Promise<void>;
}

interface ActiveUnit {
  readonly session: SqlSession;
  readonly entries: OutboxEntry[];
  ask<Arg, Answer>(statement: ForMany<Arg, Answer>, arg: Arg): Promise<Answer>;
  /** Its work has resolved; what still runs in its context was awaited by nobody and is too late. */
  ended: boolean;
  /** It timed out or failed, and may be run again: what still runs in its context must have no effect any more. */
  givenUp: boolean;
}

class WholeUnit implements ActiveUnit {
  readonly entries: OutboxEntry[] = [];
  ended = false;
  givenUp = false;
  /** Parts under way. */
  parts = 0;
  private readonly gathered: GatheredStatements;

  constructor(readonly session: SqlSession) {
    this.gathered = new GatheredStatements(session, () => this.parts);
  }

  ask<Arg, Answer>(statement: ForMany<Arg, Answer>, arg: Arg): Promise<Answer> {
    return this.gathered.ask(statement, arg);
  }
}

/** How a part of a unit ended. `untouched`: it threw, and had sent no statement and published nothing before. */
export type PartEnd = { readonly kind: 'done' } | { readonly kind: 'untouched'; readonly error: unknown };

/** A part sees the unit through this: what it has done by itself, and whether it is over. */
class UnitPart implements ActiveUnit, SqlSession {
  readonly entries: OutboxEntry[] = [];
  readonly session = this;
  over = false;
  failed = false;
  private statements = 0;

  constructor(private readonly whole: WholeUnit) {}

  get ended(): boolean {
    return this.over || this.whole.ended;
  }

  get givenUp(): boolean {
    return this.failed || this.whole.givenUp;
  }

  get untouched(): boolean {
    return this.statements === 0 && this.entries.length === 0;
  }

  async rows<Row>(query: SqlQuery): Promise<Row[]> {
    return this.whose().session.rows(query);
  }

  async row<Row>(query: SqlQuery): Promise<Row | undefined> {
    return this.whose().session.row(query);
  }

  async run(query: SqlQuery): Promise<number> {
    return this.whose().session.run(query);
  }

  async ask<Arg, Answer>(statement: ForMany<Arg, Answer>, arg: Arg): Promise<Answer> {
    return this.whose().ask(statement, arg);
  }

  private whose(): WholeUnit {
    if (this.over) throw new TransactionEndedError();
    this.statements += 1;
    return this.whole;
  }
}

/**
 * A transaction of one service together with the events it publishes: both are there after the commit, or neither.
 * A publish inside joins by the asynchronous context; a unit inside a unit is the same unit.
 */
export class UnitOfWork {
  private readonly active = new AsyncLocalStorage<ActiveUnit>();
  private readonly committed = new Set<() => void>();

  constructor(private readonly database: Pick<Database, 'transaction'>) {}

  /**
   * Rejects with `HandlerTimeoutError` after `timeoutMs`. What the work does from then on is refused, and so is what it
   * leaves running when it rejects. Inside another unit the time is that one's.
   */
  async run<T>(
    work: (sql: SqlSession) => Promise<T>,
    { database = this.database, instead, ...options }: UnitOptions<T> = {},
  ): Promise<T> {
    const enclosing = this.active.getStore();
    if (enclosing?.givenUp) throw new TransactionEndedError();
    if (enclosing && !enclosing.ended) return work(enclosing.session);
    let published = false;
    let unit: WholeUnit | undefined;
    const onTimeout = () => {
      if (unit) unit.ended = unit.givenUp = true;
    };
    const inTransaction = async (session: SqlSession) => {
      const opened = new WholeUnit(session);
      unit = opened;
      const value = await this.active
        .run(opened, async () => work(session))
        .catch((error: unknown) => {
          opened.givenUp = true;
          throw error;
        })
        .finally(() => {
          opened.ended = true;
        });
      if (instead) await instead(opened.entries, session, value);
      published = !instead && opened.entries.length > 0;
      if (published) await appendToOutbox(session, opened.entries);
      return value;
    };
    const result = await database.transaction(inTransaction, { ...options, onTimeout });
    if (published) for (const listener of this.committed) listener();
    return result;
  }

  /**
   * Runs `work` as a part of the unit in progress. Where it throws before it has touched anything, the unit can go on
   * without it. Rejects where it had: the unit must not commit then. What the part leaves running is refused.
   */
  async part(work: () => Promise<unknown> | unknown): Promise<PartEnd> {
    const whole = this.unit();
    if (!(whole instanceof WholeUnit)) throw new Error('A part has no parts.');
    const part = new UnitPart(whole);
    whole.parts += 1;
    try {
      await this.active.run(part, async () => work());
      whole.entries.push(...part.entries);
      return { kind: 'done' };
    } catch (error) {
      part.failed = true;
      if (!part.untouched) throw error;
      return { kind: 'untouched', error };
    } finally {
      part.over = true;
      whole.parts -= 1;
    }
  }

  /**
   * Asks together with what other parts of the unit in progress ask by the same function at the same time. It must be
   * one function for all of them, and lock rows in one order.
   */
  async ask<Arg, Answer>(statement: ForMany<Arg, Answer>, arg: Arg): Promise<Answer> {
    return this.unit().ask(statement, arg);
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
