import { Database, type Transaction, type TransactionOptions } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { orderRebuilds } from './order-rebuilds';

/** `page`: rows of the second page are not committed; `exchange`: nor is the exchange; `exchanged`: it just was. */
export type RebuildMoment = 'page' | 'exchange' | 'exchanged';

interface Wishes {
  readonly url: string;
  readonly stopAt: RebuildMoment;
}

/** A process that rebuilds the order tables, gets as far as it is told, and stays there until its parent kills it. */
const { url, stopAt } = JSON.parse(process.argv[2] ?? '{}') as Wishes;

const liveTable = async (session: SqlSession): Promise<string | undefined> =>
  (await session.row<{ oid: string }>(sql`select '"order".orders'::regclass::oid::text as oid`))?.oid;

async function here(): Promise<never> {
  process.send?.('there');
  return new Promise(() => setInterval(() => undefined, 1_000));
}

class StoppingDatabase extends Database {
  private first: Promise<string | undefined> | undefined;
  private pages = 0;

  override async transaction<T>(
    work: (session: Transaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    this.first ??= liveTable(this);
    const first = await this.first;
    const result = await super.transaction(async (session) => {
      const done = await work(session);
      if (stopAt === 'page' && (await this.isSecondPage(session))) await here();
      if (stopAt === 'exchange' && (await liveTable(session)) !== first) await here();
      return done;
    }, options);
    if (stopAt === 'exchanged' && (await liveTable(this)) !== first) await here();
    return result;
  }

  private async isSecondPage(session: SqlSession): Promise<boolean> {
    const row = await session.row<{ schema: string; pages: string | null }>(sql`
      select current_schema() as schema,
        pg_stat_get_xact_tuples_inserted(to_regclass('order_history'))::text as pages`);
    if (row?.schema === 'order_rebuild_orders' && Number(row.pages) > 0) this.pages += 1;
    return this.pages === 2;
  }
}

const database = new StoppingDatabase({ url, schema: 'order', maxConnections: 8, applicationName: 'child' });
await orderRebuilds(url, database).begin('orders', 'rebuild', 'ada');
