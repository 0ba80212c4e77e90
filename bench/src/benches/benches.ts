import type { Bench } from './bench.ts';
import { emptyHandler } from './empty-handler.ts';
import { eventStore } from './event-store.ts';
import { failing5Percent } from './failing-5-percent.ts';
import { inboxRow } from './inbox-row.ts';
import { keys10ms } from './keys-10ms.ts';
import { orderLatency } from './order-latency.ts';
import { orderStatements } from './order-statements.ts';
import { orders } from './orders.ts';
import { outboxDrain } from './outbox-drain.ts';
import { parallelConsumer } from './parallel-consumer.ts';
import { parked100k } from './parked-100k.ts';

/** In the order of the table. */
export const benches: readonly Bench[] = [
  keys10ms,
  parallelConsumer,
  emptyHandler,
  inboxRow,
  failing5Percent,
  parked100k,
  outboxDrain,
  eventStore,
  orders,
  orderStatements,
  orderLatency,
];
