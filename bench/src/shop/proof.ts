import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { OrderLine } from './shopper.ts';

export interface TakenOrder {
  readonly orderId: string;
  readonly items: readonly OrderLine[];
}

interface Witnesses {
  readonly client: pg.Client;
  readonly simulatorUrl: string;
}

interface LedgerEntry {
  readonly orderId: string;
  readonly captures: number;
  readonly refunds: number;
}

const QUIET_WITHIN_MS = 15_000;
const LOOK_AGAIN_MS = 50;

/** Paid once by the provider's ledger, shipped once, every piece sold once, the customer written to. */
export async function proveOrders(taken: readonly TakenOrder[], witnesses: Witnesses): Promise<void> {
  const { client, simulatorUrl } = witnesses;
  const expected = {
    completed: taken.length,
    shipped: taken.length,
    pieces: taken.flatMap(({ items }) => items).reduce((sum, { quantity }) => sum + quantity, 0),
    letters: taken.length,
  };
  const wanted = JSON.stringify(expected);
  const deadline = performance.now() + QUIET_WITHIN_MS;
  for (;;) {
    const { rows } = await client.query(
      `select
         (select count(*)::int from "order".orders where status = 'completed') as completed,
         (select count(*)::int from shipping.shipments where status = 'created') as shipped,
         (select coalesce(sum(quantity), 0)::int from inventory.movements where kind = 'sale') as pieces,
         (select count(distinct order_id)::int from notification.notifications
            where template = 'order-completed' and status = 'sent') as letters`,
    );
    const found = JSON.stringify(rows[0]);
    if (found === wanted) break;
    if (performance.now() > deadline) throw new Error(`Of ${wanted} there is ${found}.`);
    await delay(LOOK_AGAIN_MS);
  }
  const answer = await fetch(`${simulatorUrl}/ledger`);
  const ledger = new Map(((await answer.json()) as LedgerEntry[]).map((entry) => [entry.orderId, entry]));
  const wrong = taken.filter(({ orderId }) => {
    const entry = ledger.get(orderId);
    return entry?.captures !== 1 || entry.refunds !== 0;
  });
  if (wrong.length > 0 || ledger.size !== taken.length) {
    throw new Error(
      `${ledger.size} payments for ${taken.length} orders; ${wrong.length} not captured once, such as ${wrong[0]?.orderId}.`,
    );
  }
}
