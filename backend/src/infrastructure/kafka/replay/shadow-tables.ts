import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { NotRebuildableError } from './replay.errors';
import { inOrderOfReferences, type Reference } from './table-order';

/**
 * Empty copies of a service's tables in a schema of their own. While a session looks there first, statements that name
 * the tables write to the copies, and everything else is the service's as always.
 */
export class ShadowTables {
  constructor(
    private readonly service: string,
    readonly schema: string,
    private readonly tables: readonly string[],
  ) {}

  static of(service: string, replayId: string, tables: readonly string[]): ShadowTables {
    const suffix = replayId.replaceAll('-', '').slice(-12);
    // PostgreSQL cuts names at 63 bytes.
    return new ShadowTables(service, `${service.slice(0, 40)}_replay_${suffix}`, tables);
  }

  /** Parents first. Rejects with `NotRebuildableError` for tables that could not be exchanged. */
  async inOrder(session: SqlSession): Promise<readonly string[]> {
    await this.refuseOddTables(session);
    const references = await session.rows<Reference>(sql`
      select child.relname as "from", parent.relname as "to" from pg_constraint
      join pg_class child on child.oid = conrelid join pg_class parent on parent.oid = confrelid
      where contype = 'f' and parent.relnamespace = ${this.service}::regnamespace`);
    return inOrderOfReferences(this.tables, references);
  }

  async create(session: SqlSession): Promise<void> {
    await session.run(sql`create schema if not exists ${sql.id(this.schema)}`);
    for (const table of this.tables) {
      await session.run(sql`
        create table if not exists ${this.copyOf(table)} (like ${this.original(table)} including all)`);
    }
  }

  async drop(session: SqlSession): Promise<void> {
    await session.run(sql`drop schema if exists ${sql.id(this.schema)} cascade`);
  }

  /** For the rest of the transaction the copies come first. */
  async enter(session: SqlSession): Promise<void> {
    await session.run(sql`
      select set_config('search_path', quote_ident(${this.schema}) || ', ' || quote_ident(${this.service}), true)`);
  }

  /**
   * Tables besides the copies and the inbox that the transaction has written to, or was about to. A lock says so
   * exactly: every change takes one, also a `truncate`, and it is kept to the end of the transaction.
   */
  async writtenOutside(session: SqlSession): Promise<readonly string[]> {
    const rows = await session.rows<{ name: string }>(sql`
      select distinct relation.relname as name
      from pg_locks join pg_class relation on relation.oid = pg_locks.relation
      where pid = pg_backend_pid() and locktype = 'relation'
        and pg_locks.database = (select oid from pg_database where datname = current_database())
        and mode not in ('AccessShareLock', 'RowShareLock') and relkind in ('r', 'p')
        and relnamespace not in (
          'pg_catalog'::regnamespace, 'pg_toast'::regnamespace, ${this.schema}::regnamespace)
        and relation.oid not in (
          select 'inbox'::regclass union all select inhrelid from pg_inherits where inhparent = 'inbox'::regclass)
        and relname not in ('replay_adoptions')
      order by 1`);
    return rows.map(({ name }) => name);
  }

  /**
   * The copies' rows in place of the old ones, in the caller's transaction: readers see the old ones until it commits.
   * Rows and not tables are exchanged, so that indexes, constraints, triggers and rights stay what they are.
   */
  async swap(session: SqlSession): Promise<void> {
    const ordered = await this.inOrder(session);
    for (const table of ordered) {
      await session.run(sql`lock table ${this.original(table)} in share row exclusive mode`);
    }
    for (const table of ordered.toReversed()) await session.run(sql`delete from ${this.original(table)}`);
    for (const table of ordered) {
      const columns = await this.columnsOf(session, table);
      await session.run(sql`
        insert into ${this.original(table)} (${columns}) overriding system value
        select ${columns} from ${this.copyOf(table)}`);
      await this.raiseSequences(session, table);
    }
  }

  private async columnsOf(session: SqlSession, table: string): Promise<SqlQuery> {
    const rows = await session.rows<{ name: string }>(sql`
      select attname as name from pg_attribute
      where attrelid = (select oid from pg_class where relname = ${table}
          and relnamespace = ${this.service}::regnamespace)
        and attnum > 0 and not attisdropped and attgenerated = ''
      order by attnum`);
    return rows.map(({ name }) => sql.id(name)).reduce((all, one) => sql`${all}, ${one}`);
  }

  /** Numbers given by an identity column of the copy are not given a second time. */
  private async raiseSequences(session: SqlSession, table: string): Promise<void> {
    const rows = await session.rows<{ own: string; copy: string }>(sql`
      select pg_get_serial_sequence(quote_ident(${this.service}) || '.' || quote_ident(${table}), attname) as own,
        pg_get_serial_sequence(quote_ident(${this.schema}) || '.' || quote_ident(${table}), attname) as copy
      from pg_attribute
      where attrelid = (select oid from pg_class where relname = ${table}
          and relnamespace = ${this.service}::regnamespace)
        and attidentity <> '' and not attisdropped`);
    for (const { own, copy } of rows) {
      await session.run(sql`
        select setval(${own}::regclass, greatest(
          coalesce(pg_sequence_last_value(${own}::regclass), 1),
          coalesce(pg_sequence_last_value(${copy}::regclass), 1)))`);
    }
  }

  private async refuseOddTables(session: SqlSession): Promise<void> {
    const known = await session.rows<{ name: string; triggers: boolean }>(sql`
      select relname as name, exists (
          select 1 from pg_trigger where tgrelid = pg_class.oid and not tgisinternal and tgenabled <> 'D'
        ) as triggers
      from pg_class
      where relnamespace = ${this.service}::regnamespace and relkind = 'r' and relname = any(${this.tables}::text[])`);
    for (const table of this.tables) {
      const found = known.find(({ name }) => name === table);
      if (!found) throw new NotRebuildableError(`The service has no plain table '${table}'.`);
      if (found.triggers) {
        throw new NotRebuildableError(`Table '${table}' has triggers, which the exchange would fire.`);
      }
    }
  }

  private original(table: string): SqlQuery {
    return sql`${sql.id(this.service)}.${sql.id(table)}`;
  }

  private copyOf(table: string): SqlQuery {
    return sql`${sql.id(this.schema)}.${sql.id(table)}`;
  }
}
