import type { Database } from '@/infrastructure/postgres/database';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import { RelayLeaseLostError } from './outbox.errors';
import { BATCH_BYTES, deleteRows, oldestRows, type OutboxRow } from './outbox-rows';
import { isRefusal, type Refusal, refuseRow } from './refused-rows';
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

interface Outcome {
  readonly stored: readonly OutboxRow[];
  readonly refusal?: { readonly row: OutboxRow; readonly cause: Refusal };
  readonly failure?: unknown;
}

/**
 * Append first, delete after: a crash in between repeats the append. Each aggregate is a call of its own, so one whose
 * partition is away, or whose record is refused, holds up no other; the transport makes batches of them.
 *
 * A process that was stopped between reading and appending has lost its lease when it goes on, and finds out before it
 * appends. What it had handed to the transport by then goes out late: those rows are repeated, in order, and the inbox
 * knows them. It deletes only what it has appended itself, so nothing is lost.
 */
export class LogDoor implements RelayDoor {
  /** Rows of the last batch that may be in the log, though it did not say so. */
  private readonly uncertain = new Set<string>();

  constructor(
    private readonly transport: EventTransport,
    private readonly observe: AppendObserver,
  ) {}

  async move(database: Database, { owned, from, limit }: Batch): Promise<Moved> {
    const rows = await oldestRows(database, owned.shards, limit, from);
    if (rows.length === 0) return NOTHING_MOVED;
    if (!owned.held()) throw new RelayLeaseLostError('The lease ended before the rows were appended.');
    const before = new Set(this.uncertain);
    this.uncertain.clear();
    for (const { seq } of rows) this.uncertain.add(seq);
    const outcomes = await Promise.all(byAggregate(rows).map((aggregate) => this.append(aggregate)));
    const stored = outcomes.flatMap((outcome) => outcome.stored);
    const refusals = outcomes.flatMap(({ refusal }) => refusal ?? []);
    const deleted = stored.length > 0 ? await deleteRows(database, seqsOf(stored)) : 0;
    for (const { row, cause } of refusals) await refuseRow(database, row, cause);
    for (const { seq } of stored) this.uncertain.delete(seq);
    const known = stored.filter(({ seq }) => before.has(seq)).length;
    const failed = outcomes.find(({ failure }) => failure !== undefined);
    if (failed) throw failed.failure;
    return {
      rows: stored.length,
      refused: refusals.length,
      // Those that are gone were appended by another relay as well.
      repeated: Math.max(known, stored.length - deleted),
      more: rows.length === limit || bytesOf(rows) >= BATCH_BYTES || refusals.length > 0,
    };
  }

  private async append(rows: readonly OutboxRow[]): Promise<Outcome> {
    try {
      await this.send(rows);
      return { stored: rows };
    } catch (error) {
      return isRefusal(error) ? this.appendUntilRefused(rows) : { stored: [], failure: error };
    }
  }

  /** One of the rows is refused; those before it are not. */
  private async appendUntilRefused(rows: readonly OutboxRow[]): Promise<Outcome> {
    const stored: OutboxRow[] = [];
    for (const row of rows) {
      try {
        await this.send([row]);
        stored.push(row);
      } catch (error) {
        return isRefusal(error) ? { stored, refusal: { row, cause: error } } : { stored, failure: error };
      }
    }
    return { stored };
  }

  private send(rows: readonly OutboxRow[]): Promise<unknown> {
    return observed(this.observe, rows.length, () => this.transport.append(rows.map(({ record }) => record)));
  }
}
