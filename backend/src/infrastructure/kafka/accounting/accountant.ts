import { type Account, type AccountName, type PartitionAccount, sumUp } from './account';
import type { AccountSource } from './account-source';
import { beginReading, boundsOf } from './log-bounds';
import { type BalanceRow, balanceSql } from './sql/balance.sql';

/** What is left out is not asked about. */
export type AccountFilter = { readonly [Name in keyof AccountName]?: string | undefined };

/** Reads the accounts of one schema. */
export class Accountant {
  constructor(private readonly source: AccountSource) {}

  /**
   * All accounts of one moment, whatever runs meanwhile. Rejects with `LOG_UNAVAILABLE` or `DATABASE_UNAVAILABLE`.
   */
  async accounts(filter: AccountFilter = {}): Promise<readonly Account[]> {
    const { database } = this.source;
    return database.transaction(async (session) => {
      const stored = await beginReading(session);
      const expected = this.source.expected().filter((account) => matches(account, filter));
      const topics = [...stored, ...expected.map(({ topic }) => topic)].filter(
        (topic) => filter.topic === undefined || filter.topic === topic,
      );
      const bounds = await boundsOf(this.source.log.admin, topics);
      const rows = await session.rows<BalanceRow>(balanceSql(bounds, expected));
      return sumUp(rows.map(toPartitionAccount).filter((account) => matches(account, filter)));
    });
  }
}

export const matches = (account: AccountName, { topic, group, handler }: AccountFilter): boolean =>
  (topic === undefined || account.topic === topic) &&
  (group === undefined || account.group === group) &&
  (handler === undefined || account.handler === handler);

function toPartitionAccount(row: BalanceRow): PartitionAccount {
  const { partition } = row;
  const number = (name: keyof BalanceRow) => Number(row[name]);
  const [logStart, logEnd, base] = [number('log_start'), number('log_end'), number('base')];
  const watermark = row.reached === null ? null : number('reached');
  // Dropped by retention beyond the watermark: nobody has recorded it yet, and nobody will read it.
  const unread = watermark === null ? 0 : Math.max(0, logStart - watermark);
  const expired = number('expired_before') + unread;
  const counted = {
    produced: logEnd - base + expired,
    handled: number('handled'),
    ignored: number('ignored'),
    retrying: number('retrying'),
    dead: number('dead'),
    skipped: number('skipped'),
    expired: number('expired') + expired,
    void: number('void'),
    waiting: logEnd - Math.max(base, watermark ?? base),
  };
  const { produced, ...accountedFor } = counted;
  const ranges = (list: BalanceRow['gaps']) => list.map(([from, to]) => ({ partition, from, to }));
  const [gaps, conflicts] = [ranges(row.gaps), ranges(row.conflicts)];
  return {
    topic: row.topic,
    group: row.group_id,
    handler: row.handler,
    partition,
    ...counted,
    remainder: Object.values(accountedFor).reduce((left, figure) => left - figure, produced),
    gaps,
    conflicts,
    rangesLeftOut: row.ranges - gaps.length - conflicts.length,
    logStart,
    logEnd,
    watermark,
    registered: row.registered,
  };
}
