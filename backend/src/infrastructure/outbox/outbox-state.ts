import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { RELAY_SHARDS } from './outbox.migrations';
import { lockNameOf } from './relay-shards';

/** A session that relays shards of an outbox. It is of one process, and ends with it or with its lease. */
export interface RelayOwner {
  /** Process id of the session at the database's server. */
  readonly backend: number;
  /** Where it comes from, `address:port`; `local` over a socket. */
  readonly client: string;
  readonly since: Date;
  readonly shards: readonly number[];
}

export interface OutboxState {
  /** Committed, and not in the log. */
  readonly waiting: number;
  /** Age of the oldest of them by the database's clock; null where nothing waits. */
  readonly oldestSeconds: number | null;
  /** Nobody has decided about these. */
  readonly refused: number;
  readonly setAside: number;
  readonly owners: readonly RelayOwner[];
  /** Shards that nobody relays; with a process of the service up, for a moment at most. */
  readonly ownerless: readonly number[];
}

/** Of the schema that the session works in. */
export async function outboxState(session: SqlSession, schema: string): Promise<OutboxState> {
  const [counted] = await session.rows<Omit<OutboxState, 'owners' | 'ownerless'>>(sql`
    select count(*)::int as waiting,
      extract(epoch from clock_timestamp() - min(created_at))::float8 as "oldestSeconds",
      (select count(*)::int from outbox_refused where set_aside_at is null) as refused,
      (select count(*)::int from outbox_refused where set_aside_at is not null) as "setAside"
    from outbox`);
  if (!counted) throw new Error('A count has no row.');
  const owners = await ownersOf(session, schema);
  const owned = new Set(owners.flatMap(({ shards }) => shards));
  const ownerless = Array.from({ length: RELAY_SHARDS }, (_, shard) => shard).filter(
    (shard) => !owned.has(shard),
  );
  return { ...counted, owners, ownerless };
}

/** Advisory locks of two numbers have `objsubid` 2 (PostgreSQL, `pg_locks`); a number stands there as an oid, unsigned. */
const ownersOf = (session: SqlSession, schema: string): Promise<RelayOwner[]> =>
  session.rows<RelayOwner>(sql`
    select pid as backend, coalesce(host(client_addr) || ':' || client_port, 'local') as client,
      backend_start as since, array_agg(objid::int order by objid::int) as shards
    from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and objsubid = 2 and granted
      and database = (select oid from pg_database where datname = current_database())
      and classid::bigint = hashtext(${lockNameOf(schema)})::bigint & 4294967295
    group by pid, client_addr, client_port, backend_start order by min(objid::int)`);
