import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { SqlSession } from '@/infrastructure/postgres/sql';
import { checkOrders } from './check-orders';
import { uncheckedBy } from './check-session';
import { checkEffects } from './checks/effects-check';
import { checkLog } from './checks/log-check';
import { checkOutboxes } from './checks/outbox-check';
import { serviceSchemas } from './checks/schemas';
import { checkStock } from './checks/stock-check';
import { readLedger } from './ledger';
import { Findings, type InvariantReport } from './report';
import { createRawTables, indexRawTables } from './scan/raw-tables';
import { type ScannedLog, type ScanProgress, scanLog } from './scan/scan-log';

export interface CheckedParts {
  /** Of `openCheckSession`, whose caller ends it. */
  readonly session: SqlSession;
  readonly log: ScannedLog;
  readonly codec: EventCodec;
  /** The payment simulator; undefined where payments go to Stripe, which has no ledger for us. */
  readonly ledger: URL | undefined;
  /** Of orders that do not say theirs; ISO 4217. */
  readonly currency: string;
}

export interface CheckOptions {
  /** Nothing is on its way: what has not ended is a violation. */
  readonly settled?: boolean;
  /** What moved within this time is on its way, and named instead. */
  readonly youngMs?: number;
  readonly onProgress?: (progress: ScanProgress) => void;
  /** The check ends at the next batch of the log or page of the ledger or of orders, and rejects with its reason. */
  readonly signal?: AbortSignal;
}

export const YOUNG_MS = 120_000;

/**
 * Reads the raw log and the ledger whole and holds them against the services' tables; changes nothing. Memory is
 * bounded by a batch of the log and a page of orders or of the ledger; the rest lies in temporary tables of the server.
 * Rejects with `INVARIANTS_UNCHECKED`, or the code of the part that does not answer.
 */
export async function checkInvariants(
  parts: CheckedParts,
  options: CheckOptions = {},
): Promise<InvariantReport> {
  try {
    return await check(parts, options);
  } catch (cause) {
    throw uncheckedBy(cause);
  }
}

async function check(
  { session, log, codec, ledger, currency }: CheckedParts,
  { settled = false, youngMs = YOUNG_MS, onProgress, signal }: CheckOptions,
): Promise<InvariantReport> {
  const now = Date.now();
  const findings = new Findings();
  await createRawTables(session);
  const records = await scanLog(log, codec, session, {
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  });
  // After the log: what the ledger has more by then is of orders that were still on their way.
  if (ledger) await readLedger(ledger, session, signal);
  await indexRawTables(session);
  const schemas = await serviceSchemas(session);
  const circumstances = { now, youngMs, settled, currency, ledgerKnown: ledger !== undefined };
  const ofOrders = await checkOrders(session, circumstances, findings, signal);
  findings.add(await checkStock(session));
  findings.add(await checkOutboxes(session, schemas, settled ? 0 : youngMs));
  const { violations, repeats } = await checkLog(session, schemas, log.engine === 'embedded');
  findings.add(violations);
  findings.add(await checkEffects(session, schemas));
  return {
    startedAt: new Date(now).toISOString(),
    endedAt: new Date().toISOString(),
    settled,
    standings: findings.standings(new Set(ledger ? [] : ['money'])),
    records,
    ...ofOrders,
    repeats,
    violations: findings.violations,
    violationsLeftOut: findings.leftOut,
  };
}
