import type { Database } from '@/infrastructure/postgres/database';
import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { Projection } from './projection';
import { tableHash } from './table-hash';

type Tables = Pick<Projection<never, never>, 'name' | 'tables' | 'ddl' | 'checkpoint'>;

/** A projection's tables in a schema of their own, until they take the place of the live ones. */
export class ProjectionShadow {
  readonly schema: string;

  constructor(
    private readonly service: string,
    private readonly projection: Tables,
  ) {
    this.schema = `${service}_rebuild_${projection.name}`;
  }

  /** Empty; what an earlier one has left is dropped. */
  async create(session: SqlSession): Promise<void> {
    await this.drop(session);
    await session.run(sql`create schema ${sql.id(this.schema)}`);
    await this.enter(session);
    for (const text of this.projection.ddl) await session.run(statement(text));
  }

  /** For the rest of the transaction the copies come first. */
  async enter(session: SqlSession): Promise<void> {
    await session.run(sql`select set_config('search_path', ${this.path}, true)`);
  }

  /**
   * The same, and its commit does not wait for the disk: a server that dies takes the rebuild with it, and the
   * exchange, which comes later, waits for all that was written before.
   */
  async fill(session: SqlSession): Promise<void> {
    await session.run(sql`
      select set_config('search_path', ${this.path}, true), set_config('synchronous_commit', 'off', true)`);
  }

  async drop(session: SqlSession): Promise<void> {
    await session.run(sql`drop schema if exists ${sql.id(this.schema)} cascade`);
  }

  /** Keys, indexes and statistics of the filled copies, which is less work than to keep them while they are filled. */
  async index(database: Pick<Database, 'transaction'>): Promise<void> {
    const tables = this.projection.tables.map(({ name, indexes }) =>
      database.transaction(async (session) => {
        await this.fill(session);
        for (const text of indexes) await session.run(statement(text));
        await session.run(sql`analyze ${this.copyOf(name)}`);
      }),
    );
    await Promise.all(tables);
  }

  /** Streams whose rows are not of their last version, with that version. */
  async behind(session: SqlSession, limit: number): Promise<readonly { id: string; version: number }[]> {
    const { table, stream, version } = this.projection.checkpoint;
    return session.rows(sql`
      select streams.stream_id as id, streams.version from ${sql.id(this.service)}.streams
      left join ${this.copyOf(table)} as row on row.${sql.id(stream)} = streams.stream_id
      where row.${sql.id(version)} is distinct from streams.version limit ${limit}`);
  }

  /** By table, of the live one (null where there is none) and of the copy. */
  async hashes(session: SqlSession): Promise<Readonly<Record<string, TableHashes>>> {
    const hashes: Record<string, TableHashes> = {};
    for (const table of this.projection.tables) {
      const live = (await this.isLive(session, table.name))
        ? await tableHash(session, this.service, table)
        : null;
      hashes[table.name] = { live, rebuilt: await tableHash(session, this.schema, table) };
    }
    return hashes;
  }

  /**
   * The copies in place of the live tables, under their names and with their indexes. The live ones are locked in the
   * order in which everybody else takes them.
   */
  async exchange(session: SqlSession): Promise<void> {
    for (const { name } of this.projection.tables) {
      await session.run(sql`drop table if exists ${sql.id(this.service)}.${sql.id(name)}`);
      await session.run(sql`alter table ${this.copyOf(name)} set schema ${sql.id(this.service)}`);
    }
    await this.drop(session);
  }

  private async isLive(session: SqlSession, table: string): Promise<boolean> {
    const row = await session.row<{ there: boolean }>(sql`
      select to_regclass(quote_ident(${this.service}) || '.' || quote_ident(${table})) is not null as there`);
    return row?.there === true;
  }

  private get path(): string {
    return `"${this.schema}", "${this.service}"`;
  }

  private copyOf(table: string): SqlQuery {
    return sql`${sql.id(this.schema)}.${sql.id(table)}`;
  }
}

export interface TableHashes {
  readonly live: string | null;
  readonly rebuilt: string;
}

/** The text of a projection is ours and has no values in it. */
const statement = (text: string): SqlQuery => sql([text] as unknown as TemplateStringsArray);
