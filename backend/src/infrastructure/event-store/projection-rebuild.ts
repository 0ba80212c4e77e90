import { setTimeout as pause } from 'node:timers/promises';
import { type BackOff, fullJitter } from '@/infrastructure/concurrency/back-off';
import { ReplayLock } from '@/infrastructure/kafka/replay/replay-lock';
import type { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { ProjectionBusyError, ProjectionLockedError, StreamIncompleteError } from './event-store.errors';
import type { Projection } from './projection';
import { ProjectionShadow, type TableHashes } from './projection-shadow';
import type { StreamEvent } from './stream-event';
import { pageAfter, pageOf, replayed } from './stream-pages';

export interface RebuildOptions<State, Event extends StreamEvent> {
  readonly database: Database;
  /** Of the database; the lock of a rebuild has a connection of its own. */
  readonly url: string;
  readonly projection: Projection<State, Event>;
  /** Streams read and written at once; default 1,000. */
  readonly pageSize?: number;
  readonly onProgress?: (progress: RebuildProgress) => Promise<void>;
}

export interface RebuildProgress {
  readonly streams: number;
  readonly events: number;
}

export interface RebuildResult extends RebuildProgress {
  /** At one moment, by table. */
  readonly hashes: Readonly<Record<string, TableHashes>>;
}

export interface RunOptions {
  readonly exchange: boolean;
  readonly finish?: (session: SqlSession, result: RebuildResult) => Promise<void>;
}

const PAGE = 1_000;
const WRITES_AT_ONCE = 2;
const CATCH_UPS = 20;
/** Of the exchange for a lock that others have. */
const LOCK_TIMEOUT_MS = 1_000;
/** Of each of its statements; appends wait behind them. */
const STATEMENT_TIMEOUT_MS = 5_000;
const EXCHANGES = 5;
const BETWEEN_EXCHANGES: BackOff = { firstMs: 250, longestMs: 2_000 };

/**
 * Makes a projection's tables anew from the streams while these grow: into a shadow, page by page, then whatever has
 * changed meanwhile, until a last look behind a lock that holds up appends. The live tables serve until the exchange.
 */
export class ProjectionRebuild<State, Event extends StreamEvent> {
  private readonly shadow: ProjectionShadow;
  private streams = 0;
  private events = 0;

  private constructor(
    private readonly options: RebuildOptions<State, Event>,
    private readonly lock: ReplayLock,
    private readonly ended: AbortController,
  ) {
    this.shadow = new ProjectionShadow(options.database.schema, options.projection);
  }

  /** To be released in any case. Rejects with `ProjectionBusyError` while another one of the projection is not. */
  static async begin<State, Event extends StreamEvent>(
    options: RebuildOptions<State, Event>,
  ): Promise<ProjectionRebuild<State, Event>> {
    const { database, url, projection } = options;
    const ended = new AbortController();
    const lock = await ReplayLock.take(url, database.schema, rebuildLock(projection.name), () =>
      ended.abort(new Error('The connection that holds the lock of the rebuild was lost.')),
    );
    if (!lock) throw new ProjectionBusyError(projection.name);
    return new ProjectionRebuild(options, lock, ended);
  }

  /**
   * Once. `exchange: false` only compares. `finish` is part of the exchange's own transaction, or of the comparison's.
   * Rejects with `ProjectionLockedError` when no moment was found for the exchange; the live tables are then as they
   * were, as after any other failure before its commit.
   */
  async run({ exchange, finish }: RunOptions): Promise<RebuildResult> {
    const { database } = this.options;
    try {
      await database.transaction((session) => this.shadow.create(session));
      await this.readAll();
      await this.shadow.index(database);
      await this.catchUp();
      return await (exchange ? this.exchange(await this.compare(), finish) : this.compare(finish));
    } finally {
      if (!this.lock.isLost) await database.transaction((session) => this.shadow.drop(session));
    }
  }

  /** Ends it before the next page; the live tables are as they were. */
  cancel(): void {
    this.ended.abort(new Error('The rebuild was given up: the process shuts down.'));
  }

  /** Another one may begin from then on. */
  release(): Promise<void> {
    return this.lock.release();
  }

  /** The next page is read, and the one before it written, while the events of one are made into rows. */
  private async readAll(): Promise<void> {
    const { database, projection, pageSize = PAGE, onProgress } = this.options;
    const writing: Promise<void>[] = [];
    let next = pageAfter(database, '', pageSize);
    try {
      for (;;) {
        this.ended.signal.throwIfAborted();
        const rows = await next;
        const last = rows.at(-1);
        if (!last) break;
        next = pageAfter(database, last.id, pageSize);
        next.catch(() => undefined);
        const streams = replayed(projection.definition, rows);
        if (writing.length === WRITES_AT_ONCE) await writing.shift();
        writing.push(this.write(streams));
        writing.at(-1)?.catch(() => undefined);
        this.streams += streams.length;
        this.events += rows.reduce((sum, { events }) => sum + events.length, 0);
        await onProgress?.({ streams: this.streams, events: this.events });
      }
      await Promise.all(writing);
    } finally {
      await Promise.allSettled([next, ...writing]);
    }
  }

  private write(streams: Parameters<Projection<State, Event>['write']>[1]): Promise<void> {
    return this.options.database.transaction(async (session) => {
      await this.shadow.fill(session);
      await this.options.projection.write(session, streams);
    });
  }

  /** Until a page has what changed while the last one was written. */
  private async catchUp(): Promise<void> {
    const { database, pageSize = PAGE } = this.options;
    for (let look = 0; look < CATCH_UPS; look += 1) {
      this.ended.signal.throwIfAborted();
      if ((await database.transaction((session) => this.renew(session))) < pageSize) return;
    }
  }

  /** At one moment of the database, at which the live tables are what the streams say. */
  private compare(finish?: RunOptions['finish']): Promise<RebuildResult> {
    return this.options.database.transaction(async (session) => {
      await session.run(sql`set transaction isolation level repeatable read`);
      while ((await this.renew(session, { still: true })) > 0);
      const hashes = await this.shadow.hashes(session);
      const result = { streams: this.streams, events: this.events, hashes };
      await finish?.(session, result);
      return result;
    });
  }

  private async exchange(result: RebuildResult, finish: RunOptions['finish']): Promise<RebuildResult> {
    const { database, projection } = this.options;
    const { signal } = this.ended;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        await database.transaction(async (session) => {
          await this.takeThePlace(session);
          await finish?.(session, result);
        });
        return result;
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (attempt === EXCHANGES) throw new ProjectionLockedError(projection.name, error);
        const wait = fullJitter(BETWEEN_EXCHANGES, attempt, Math.random());
        await pause(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
        await this.catchUp();
      }
    }
  }

  /** Appends wait from the lock to the commit, so that one page at most is made up for behind it. */
  private async takeThePlace(session: SqlSession): Promise<void> {
    const { pageSize = PAGE } = this.options;
    await session.run(sql`
      select set_config('lock_timeout', ${String(LOCK_TIMEOUT_MS)}, true),
        set_config('statement_timeout', ${String(STATEMENT_TIMEOUT_MS)}, true)`);
    await session.run(sql`lock table stream_events in share row exclusive mode`);
    if ((await this.renew(session, { still: true })) === pageSize) throw new StillBehind();
    await this.shadow.exchange(session);
  }

  /** A page of what is behind; answers how many streams that were. `still`: nothing is appended meanwhile. */
  private async renew(session: SqlSession, { still = false } = {}): Promise<number> {
    const { projection, pageSize = PAGE } = this.options;
    const behind = await this.shadow.behind(session, pageSize);
    if (behind.length === 0) return 0;
    await this.shadow.enter(session);
    const ids = behind.map(({ id }) => id);
    const streams = replayed(projection.definition, await pageOf(session, ids));
    const read = new Map(streams.map(({ id, version }) => [id, version]));
    const torn = behind.find(({ id, version }) => {
      const come = read.get(id) ?? 0;
      return come < version || (still && come > version);
    });
    if (torn) throw new StreamIncompleteError(torn.id, torn.version);
    await projection.remove(session, ids);
    await projection.write(session, streams);
    return ids.length;
  }
}

export const rebuildLock = (projection: string): string => `projection ${projection}`;

/** More came since the last look than is made up for while appends wait. */
class StillBehind extends Error {}

// 55P03 lock_not_available, 40P01 deadlock_detected, 57014 query_canceled: PostgreSQL manual, appendix A.
const isPassing = (error: unknown): boolean =>
  error instanceof StillBehind ||
  ['55P03', '40P01', '57014'].includes(String((error as { code?: unknown }).code));
