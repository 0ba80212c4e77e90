import { OffsetOutOfRangeError } from '@/infrastructure/kafka/transport/transport.errors';
import type { FetchedBatch } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { type AccountFilter, matches } from '../accountant';
import type { AccountSource } from '../account-source';
import { beginReading, boundsOf } from '../log-bounds';
import type { LogBounds } from '../sql/tracks.sql';
import type { AuditFinding, AuditProgress, AuditReport } from './audit-finding';
import { PartitionAudit } from './partition-audit';
import { StoredOutcomes } from './stored-outcomes';

export interface AuditOptions {
  readonly filter?: AccountFilter;
  /** The audit ends at the next batch, with what it has found. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AuditProgress) => void;
}

const BATCH = { limit: 1_000, maxBytes: 4_194_304 };
const MOST_FINDINGS = 10_000;

/**
 * Reads the raw log again, whole, and compares what each record says of itself with what is stored as its outcome.
 * Partition after partition, each against a snapshot of its own.
 */
export class Auditor {
  constructor(private readonly source: AccountSource) {}

  /** Rejects with `LOG_UNAVAILABLE` or `DATABASE_UNAVAILABLE`. Memory does not grow with the log. */
  async audit({ filter = {}, signal, onProgress }: AuditOptions = {}): Promise<AuditReport> {
    const findings: AuditFinding[] = [];
    const state = { records: 0, done: 0, total: 0, found: 0 };
    const report = (finding: AuditFinding) => {
      state.found += 1;
      if (findings.length < MOST_FINDINGS) findings.push(finding);
    };
    const partitions = await this.partitions(filter);
    state.total = partitions.reduce((sum, { start, end }) => sum + Number(end - start), 0);
    const compacted = await this.compactedTopics(partitions);
    for (const { topic, partition, start, end } of partitions) {
      const before = state.done;
      const read = (offsets: bigint, records: number) => {
        state.done = before + Number(offsets);
        state.records += records;
        const { done, total } = state;
        onProgress?.({ topic, partition, done, total, records: state.records, findings: state.found });
      };
      if (signal?.aborted) break;
      const options = {
        filter,
        compacted: compacted.has(topic),
        report,
        read,
        ...(signal ? { signal } : {}),
      };
      await this.auditPartition(topic, partition, options);
      state.done = before + Number(end - start);
    }
    return {
      records: state.records,
      offsets: state.done,
      findings,
      findingsLeftOut: state.found - findings.length,
      interrupted: signal?.aborted ?? false,
    };
  }

  private async partitions({ topic, ...names }: AccountFilter): Promise<readonly LogBounds[]> {
    const expected = this.source.expected().filter((account) => matches(account, names));
    return this.source.database.transaction(async (session) => {
      const stored = await beginReading(session);
      const topics = [...stored, ...expected.map((account) => account.topic)];
      return boundsOf(
        this.source.log.admin,
        topics.filter((name) => topic === undefined || name === topic),
      );
    });
  }

  private async compactedTopics(partitions: readonly LogBounds[]): Promise<ReadonlySet<string>> {
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const described = await this.source.log.admin.describeTopics(topics);
    const isCompacted = (policy = 'delete') => policy.split(',').includes('compact');
    return new Set(
      described.filter(({ config }) => isCompacted(config['cleanup.policy'])).map(({ topic }) => topic),
    );
  }

  private async auditPartition(
    topic: string,
    partition: number,
    options: {
      readonly filter: AccountFilter;
      readonly compacted: boolean;
      readonly report: (finding: AuditFinding) => void;
      readonly read: (offsets: bigint, records: number) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<void> {
    const { compacted, report, signal, filter } = options;
    await this.source.database.transaction(async (session) => {
      await beginReading(session);
      // The log may take its time between two stretches.
      await session.run(sql`set local idle_in_transaction_session_timeout = '60s'`);
      const bounds = (await boundsOf(this.source.log.admin, [topic])).find(
        (one) => one.partition === partition,
      );
      if (!bounds) return;
      const stored = await this.openStored(session, bounds, filter);
      const end = stored.tracks.reduce(
        (last, { ceiling }) => (BigInt(ceiling) > last ? BigInt(ceiling) : last),
        0n,
      );
      const { decode } = this.source;
      const audit = new PartitionAudit({ session, bounds, stored, decode, compacted, report });
      let at = bounds.start;
      while (at < end && !signal?.aborted) {
        const { from, records, nextOffset } = await this.readFrom(bounds, at);
        const to = nextOffset < end ? nextOffset : end;
        if (to <= from) break;
        const within = records.filter(({ offset }) => offset < to);
        await audit.compare(from, to, within);
        at = to;
        options.read(at - bounds.start, within.length);
      }
    });
  }

  private openStored(session: SqlSession, bounds: LogBounds, filter: AccountFilter): Promise<StoredOutcomes> {
    const expected = this.source.expected().filter(({ topic }) => topic === bounds.topic);
    return StoredOutcomes.open(session, bounds, expected, filter);
  }

  /** What follows an offset; where retention was quicker, what follows the log's start by now. */
  private async readFrom(
    { topic, partition }: LogBounds,
    offset: bigint,
  ): Promise<FetchedBatch & { readonly from: bigint }> {
    try {
      return {
        ...(await this.source.log.read({ from: { topic, partition, offset }, ...BATCH })),
        from: offset,
      };
    } catch (error) {
      if (!(error instanceof OffsetOutOfRangeError)) throw error;
      const now = (await boundsOf(this.source.log.admin, [topic])).find((one) => one.partition === partition);
      if (!now || now.start <= offset) throw error;
      return this.readFrom(now, now.start);
    }
  }
}
