import type { Database } from '@/infrastructure/postgres/database';
import type { SqlQuery, SqlSession } from '@/infrastructure/postgres/sql';
import { sql } from '@/infrastructure/postgres/sql';
import type { OutgoingRecord } from '@/infrastructure/kafka/transport/transport.port';
import { BATCH_BYTES, oldestRows, type OutboxRow } from './outbox-rows';
import { isRefusal, refuseRow } from './refused-rows';
import {
  type AppendObserver,
  type Batch,
  byAggregate,
  bytesOf,
  type Moved,
  NOTHING_MOVED,
  observed,
  type RelayDoor,
  seqsOf,
} from './relay-door';

/** What the embedded log offers beyond the transport port: an append that is part of the caller's statement. */
export interface TransactionalLog {
  /** `query` is asked for the statement around the append, given the eight parameters of `log.append`. */
  appendWithin(
    session: SqlSession,
    records: readonly OutgoingRecord[],
    query: (append: readonly unknown[]) => SqlQuery,
  ): Promise<void>;
  /** Wakes readers of these topics; to be called after the commit. */
  signal(topics: Iterable<string>): void;
}

/**
 * Delete and append in one statement: neither loss nor repetition, and two round trips a batch. Nothing is locked while
 * the rows are here, so a process that is stopped holds nobody up. When it goes on, the rows it holds are still all
 * there, and then nobody has relayed later ones of their aggregates, or some are gone, and its statement does nothing.
 */
export class TransactionalDoor implements RelayDoor {
  constructor(
    private readonly log: TransactionalLog,
    private readonly observe: AppendObserver,
  ) {}

  async move(database: Database, { owned, from, limit }: Batch): Promise<Moved> {
    const rows = await oldestRows(database, owned.shards, limit, from);
    if (rows.length === 0) return NOTHING_MOVED;
    const moved = { rows: 0, refused: 0 };
    try {
      await this.relayApart(database, byAggregate(rows), moved, rows);
    } catch (error) {
      if (!isRelayedAlready(error)) throw error;
      return { ...NOTHING_MOVED, ...moved, more: true };
    }
    const full = rows.length === limit || bytesOf(rows) >= BATCH_BYTES;
    return { ...NOTHING_MOVED, ...moved, more: full || moved.refused > 0 };
  }

  private async relay(database: Database, rows: readonly OutboxRow[]): Promise<number> {
    const records = rows.map(({ record }) => record);
    await observed(this.observe, rows.length, () =>
      this.log.appendWithin(database, records, (append) => relayQuery(seqsOf(rows), append)),
    );
    this.log.signal(new Set(records.map(({ topic }) => topic)));
    return rows.length;
  }

  /** All in one statement, where none is refused; else halves the aggregates until those with a refused row are alone. */
  private async relayApart(
    database: Database,
    aggregates: readonly OutboxRow[][],
    moved: { rows: number; refused: number },
    rows = aggregates.flat(),
  ): Promise<void> {
    const [first = []] = aggregates;
    try {
      moved.rows += await this.relay(database, rows);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (aggregates.length > 1) {
        const half = Math.ceil(aggregates.length / 2);
        await this.relayApart(database, aggregates.slice(0, half), moved);
        await this.relayApart(database, aggregates.slice(half), moved);
      } else if (first.length > 1) {
        // In order, and not past a refused one.
        for (const row of first) {
          const refused = moved.refused;
          await this.relayApart(database, [[row]], moved);
          if (moved.refused > refused) return;
        }
      } else if (first[0]) {
        await refuseRow(database, first[0], error);
        moved.refused += 1;
      }
    }
  }
}

function relayQuery(seqs: readonly string[], append: readonly unknown[]): SqlQuery {
  const [topics, partitions, times, starts, keys, values, headers, payload] = append;
  return sql`select topic, partition, first_offset from relay_to_log(
    ${seqs}::bigint[], ${topics}, ${partitions}, ${times}, ${starts}, ${keys}, ${values}, ${headers}, ${payload})`;
}

const isRelayedAlready = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'OB409';
