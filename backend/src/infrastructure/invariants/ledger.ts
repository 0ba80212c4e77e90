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
const ledger = z.array(
  z.object({ orderId: z.string(), captured: whole, refunded: whole, captures: whole, refunds: whole }),
);

const ANSWER_WITHIN_MS = 60_000;
const CHUNK = 5_000;

/** The simulator's ledger as `raw_ledger`. It comes in one answer: memory grows with the number of orders here. */
export async function readLedger(address: URL, session: SqlSession): Promise<void> {
  const lines = await fetchLedger(new URL('/ledger', address));
  for (let at = 0; at < lines.length; at += CHUNK) {
    const chunk = lines.slice(at, at + CHUNK);
    await session.run(sql`
      insert into raw_ledger (order_id, captured, refunded, captures, refunds)
      select * from unnest(${chunk.map((line) => line.orderId)}::text[],
        ${chunk.map((line) => line.captured)}::bigint[], ${chunk.map((line) => line.refunded)}::bigint[],
        ${chunk.map((line) => line.captures)}::int[], ${chunk.map((line) => line.refunds)}::int[])`);
  }
}

async function fetchLedger(address: URL): Promise<readonly LedgerLine[]> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return ledger.parse(await answer.json());
  } catch (cause) {
    throw new InvariantsUncheckedError(`the ledger at ${address.href} does not answer as one`, cause);
  }
}
