import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '@/infrastructure/postgres/migrate';
import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { LogUnavailableError, TransportClosedError, UnknownTopicError } from '../transport.errors';
import type {
  EventTransport,
  FetchedBatch,
  GroupListener,
  GroupMember,
  JoinOptions,
  OutgoingRecord,
  Position,
  ReadRequest,
} from '../transport.port';
import { APPEND_TEXT, appendQuery, appendValues, type FirstOffset, positionsOf } from './append-statement';
import { Appender, MOST_RECORDS } from './appender';
import { EmbeddedAdmin } from './embedded-admin';
import { EmbeddedMember } from './embedded-member';
import { type EmbeddedTransportOptions, type ResolvedOptions, resolveOptions } from './embedded.options';
import { GroupKeeper } from './group-keeper';
import { GroupStore } from './group-store';
import { HeadWatch } from './head-watch';
import { laneKey } from './lane-key';
import { LogDatabase, translate } from './log-database';
import { LogReader } from './log-reader';
import { LOG_SCHEMA, logMigrations } from './log.migrations';
import type { PlacedRecord } from './placed-record';
import { RetentionKeeper } from './retention-keeper';
import { TopicCatalog } from './topic-catalog';
import { WakeChannel } from './wake-channel';

const OPEN_WITHIN_MS = 9_500;
const CONTROL_CONNECTIONS = 3;

/** An event log in the tables of one PostgreSQL: for one machine, with the semantics of the port. */
export class EmbeddedTransport implements EventTransport {
  readonly engine = 'embedded';
  readonly admin: EmbeddedAdmin;
  private readonly options: ResolvedOptions;
  private readonly appends: LogDatabase;
  private readonly control: LogDatabase;
  private readonly reads: LogDatabase;
  private readonly catalog: TopicCatalog;
  private readonly appender: Appender;
  private readonly reader: LogReader;
  private readonly heads: HeadWatch;
  private readonly wake: WakeChannel;
  private readonly store: GroupStore;
  private readonly keeper: GroupKeeper;
  private readonly retention: RetentionKeeper;
  private readonly members = new Set<EmbeddedMember>();
  /** Last position appended to each partition by `appendWithin`, until the signal. */
  private readonly uncommitted = new Map<string, Position>();
  private opening: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: EmbeddedTransportOptions) {
    this.options = resolveOptions(options);
    const { url, logger, pollMs, heartbeatMs, retentionCheckMs, readConnections } = this.options;
    this.appends = new LogDatabase({ url, maxConnections: 1, purpose: 'append' });
    this.control = new LogDatabase({ url, maxConnections: CONTROL_CONNECTIONS, purpose: 'groups' });
    this.reads = new LogDatabase({ url, maxConnections: readConnections, purpose: 'read' });
    this.catalog = new TopicCatalog(this.control);
    this.appender = new Appender({
      place: (records) => this.catalog.place(records),
      learn: (records) => this.catalog.learn(records),
      write: (records) => this.write(records),
    });
    this.reader = new LogReader(this.reads);
    this.heads = new HeadWatch(this.control, pollMs, (err) => logger.warn({ err }, 'the event log is away'));
    this.wake = new WakeChannel(
      url,
      (what) => void (what === 'records' ? this.heads : this.keeper).lookSoon(),
    );
    this.store = new GroupStore(this.control);
    this.keeper = new GroupKeeper(this.store, this.wake, heartbeatMs);
    this.retention = new RetentionKeeper(this.control, retentionCheckMs, logger);
    this.admin = new EmbeddedAdmin({
      database: this.control,
      url,
      topicsChanged: () => this.topicsChanged(),
    });
  }

  async open(): Promise<void> {
    this.mustBeOpen();
    this.opening ??= this.connect().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    await this.opening;
  }

  async append(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    this.mustBeOpen();
    try {
      return await this.appender.append(records);
    } catch (error) {
      // What we know of the topic was wrong: it was deleted, perhaps made again.
      if (error instanceof UnknownTopicError) this.catalog.forget();
      throw error;
    }
  }

  /**
   * The same append inside the caller's transaction, whose heads stay locked until it ends: for short transactions
   * that do little else. Readers are woken by `signal` after the commit, or find the records by their own look.
   * `query` makes the statement out of the parameters of `log.append`, where it is part of a larger one.
   */
  async appendWithin(
    session: SqlSession,
    records: readonly OutgoingRecord[],
    query: (append: readonly unknown[]) => SqlQuery = appendQuery,
  ): Promise<void> {
    this.mustBeOpen();
    try {
      await this.catalog.learn(records);
      const placed = this.catalog.place(records);
      for (let from = 0; from < placed.length; from += MOST_RECORDS) {
        const batch = placed.slice(from, from + MOST_RECORDS);
        const rows = await session.rows<FirstOffset>(query(appendValues(batch)));
        for (const position of positionsOf(batch, rows)) this.uncommitted.set(laneKey(position), position);
      }
    } catch (error) {
      const translated = translate(error);
      if (translated instanceof UnknownTopicError) this.catalog.forget();
      throw translated;
    }
  }

  /** Records of these topics were committed. */
  signal(topics: Iterable<string>): void {
    const names = new Set(topics);
    if (this.closing || names.size === 0) return;
    const committed = [...this.uncommitted].filter(([, { topic }]) => names.has(topic));
    for (const [lane] of committed) this.uncommitted.delete(lane);
    this.heads.appended(committed.map(([, position]) => position));
    // An offset of another transaction may be among them, rolled back or still to come: the log has the last word.
    void this.heads.lookSoon();
    this.wake.tell('records');
  }

  /**
   * The lease is the session time-out, yet at most `longestLeaseMs`: there is no network between us and the log
   * whose pauses would have to be forgiven.
   */
  async join(options: JoinOptions, listener: GroupListener): Promise<GroupMember> {
    this.mustBeOpen();
    const { group, clientId, instanceId, topics, sessionTimeoutMs, maxBytesPerPartition } = options;
    const membership = {
      group,
      memberId: `${instanceId ?? clientId}-${randomUUID()}`,
      instanceId: instanceId ?? null,
      clientId,
      topics: [...topics],
      leaseMs: Math.min(sessionTimeoutMs, this.options.longestLeaseMs),
    };
    const member = new EmbeddedMember(membership, listener, {
      store: this.store,
      keeper: this.keeper,
      heads: this.heads,
      reader: this.reader,
      maxBytes: maxBytesPerPartition,
      left: (left) => this.members.delete(left),
    });
    this.members.add(member);
    try {
      await member.join();
    } catch (error) {
      this.members.delete(member);
      throw error;
    }
    return member;
  }

  async read(request: ReadRequest): Promise<FetchedBatch> {
    this.mustBeOpen();
    return this.reader.read(request);
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  private async shut(): Promise<void> {
    await this.opening?.catch(() => undefined);
    await Promise.all([...this.members].map((member) => member.close()));
    await this.appender.close();
    await Promise.all([this.heads.stop(), this.keeper.stop(), this.retention.stop()]);
    await this.wake.close();
    await Promise.all([this.appends.close(), this.control.close(), this.reads.close()]);
  }

  private async connect(): Promise<void> {
    const ready = this.prepare();
    const tooLate = delay(OPEN_WITHIN_MS, undefined, { ref: false }).then(() => {
      throw new LogUnavailableError(`The event log did not answer within ${OPEN_WITHIN_MS} ms.`);
    });
    await Promise.race([ready, tooLate]);
    this.heads.start();
    this.keeper.start();
    this.retention.start();
  }

  private async prepare(): Promise<void> {
    await this.control.run(sql`select`);
    try {
      await migrate(this.options.url, LOG_SCHEMA, logMigrations);
    } catch (error) {
      throw translate(error);
    }
    await this.wake.open();
  }

  private async write(records: readonly PlacedRecord[]): Promise<readonly Position[]> {
    const rows = await this.appends.prepared<FirstOffset>('log_append', APPEND_TEXT, appendValues(records));
    const positions = positionsOf(records, rows);
    this.heads.appended(positions);
    this.wake.tell('records');
    return positions;
  }

  private topicsChanged(): void {
    this.catalog.forget();
    this.keeper.changed();
  }

  private mustBeOpen(): void {
    if (this.closing) throw new TransportClosedError('The transport is closed.');
  }
}
