import { createHash } from 'node:crypto';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { judgeOrder } from './orders/judge-order';
import { type Circumstances, historyOnTopic } from './orders/order-facts';
import { orderPages } from './orders/order-pages';
import type { Findings, InvariantReport } from './report';

const MOST_NAMED = 1_000;

/** Every order by itself, a page of them in memory at a time. */
export async function checkOrders(
  session: SqlSession,
  circumstances: Omit<Circumstances, 'completeSince'>,
  findings: Findings,
  signal?: AbortSignal,
): Promise<Pick<InvariantReport, 'orders' | 'hashes'>> {
  const judging = { ...circumstances, completeSince: await completeSince(session) };
  const counts = { judged: 0, running: 0, needs_attention: 0, beyond_log: 0, unknown: 0 };
  const running: string[] = [];
  const [topic, orders] = [createHash('sha256'), createHash('sha256')];
  for await (const page of orderPages(session)) {
    signal?.throwIfAborted();
    for (const facts of page) {
      const { standing, violations } = judgeOrder(facts, judging);
      findings.add(violations);
      counts[standing] += 1;
      if (standing === 'running' && running.length < MOST_NAMED) running.push(facts.orderId);
      if (standing !== 'judged' && standing !== 'needs_attention') continue;
      topic.update(`${facts.orderId} ${historyOnTopic(facts).join()}\n`);
      orders.update(`${facts.orderId} ${facts.recorded?.history.join() ?? ''}\n`);
    }
  }
  return {
    orders: {
      judged: counts.judged + counts.needs_attention,
      running,
      runningLeftOut: counts.running - running.length,
      needAttention: counts.needs_attention,
      beyondLog: counts.beyond_log,
    },
    hashes: { topic: topic.digest('hex'), orders: orders.digest('hex') },
  };
}

const OF_ORDERS = ['order-events', 'payment-events', 'inventory-events', 'shipping-events'];

/** Of topics that retention has cut, the youngest beginning; 0 where none was cut. */
async function completeSince(session: SqlSession): Promise<number> {
  const row = await session.row<{ since: number }>(sql`
    select coalesce(max(first), 0)::float8 as since from (
      select coalesce((select min(at) from raw r where r.topic = b.topic and r.partition = b.partition),
        extract(epoch from clock_timestamp()) * 1000) as first
      from raw_bounds b where b.from_offset > 0 and b.topic = any(${OF_ORDERS}::text[])
    ) as cut`);
  return row?.since ?? 0;
}
