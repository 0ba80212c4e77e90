import { z } from 'zod';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { InvariantsUncheckedError } from './invariants.errors';

/** What the payment provider says of an order; minor units, and how often. */
export interface LedgerLine {
  readonly orderId: string;
  readonly captured: number;
  readonly refunded: number;
  readonly captures: number;
  readonly refunds: number;
}

const whole = z.int().nonnegative();
const line = z.object({
  orderId: z.string(),
  captured: whole,
  refunded: whole,
  captures: whole,
  refunds: whole,
});

const PAGE = 2_000;
const ANSWER_WITHIN_MS = 20_000;

const ledgerPage = z
  .object({ items: z.array(line).max(PAGE), nextCursor: z.string().nullable() })
  .refine(({ items, nextCursor }) => items.length > 0 || nextCursor === null, 'goes on behind an empty page');

type LedgerPage = z.output<typeof ledgerPage>;

/** The simulator's ledger as `raw_ledger`, a page of it in memory at a time. */
export async function readLedger(address: URL, session: SqlSession, signal?: AbortSignal): Promise<void> {
  let cursor: string | null = null;
  do {
    signal?.throwIfAborted();
    const page: LedgerPage = await fetchPage(address, cursor);
    await insertLines(session, page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
}

function insertLines(session: SqlSession, lines: readonly LedgerLine[]): Promise<number> {
  return session.run(sql`
    insert into raw_ledger (order_id, captured, refunded, captures, refunds)
    select * from unnest(${lines.map(({ orderId }) => orderId)}::text[],
      ${lines.map(({ captured }) => captured)}::bigint[], ${lines.map(({ refunded }) => refunded)}::bigint[],
      ${lines.map(({ captures }) => captures)}::int[], ${lines.map(({ refunds }) => refunds)}::int[])`);
}

async function fetchPage(address: URL, cursor: string | null): Promise<LedgerPage> {
  const asked = new URL('/ledger', address);
  asked.searchParams.set('limit', String(PAGE));
  if (cursor !== null) asked.searchParams.set('cursor', cursor);
  try {
    const answer = await fetch(asked, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return ledgerPage.parse(await answer.json());
  } catch (cause) {
    throw new InvariantsUncheckedError(`the ledger at ${asked.href} does not answer as one`, cause);
  }
}
