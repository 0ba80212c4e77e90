import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { OrderFacts } from './order-facts';

/** Orders in memory at a time. */
const PAGE = 200;
/** Of one order; one with more is not of this shop. */
const MOST_EVENTS = 5_000;

/** Every order that the log, the ledger, the stock or the order service knows, by its id. */
export async function* orderPages(session: SqlSession): AsyncGenerator<readonly OrderFacts[]> {
  await session.run(sql`
    create temp table raw_orders as
    select order_id from raw where order_id is not null
    union select order_id from raw_ledger
    union select order_id from "order".orders
    union select order_id from inventory.movements where kind <> 'delivery'`);
  await session.run(sql`alter table raw_orders add primary key (order_id)`);
  let after = '';
  for (;;) {
    const ids = await session.rows<{ orderId: string }>(sql`
      select order_id as "orderId" from raw_orders where order_id > ${after} order by order_id limit ${PAGE}`);
    if (ids.length === 0) return;
    const page = ids.map(({ orderId }) => orderId);
    yield await factsOf(session, page);
    after = page.at(-1) ?? after;
  }
}

type Row = Omit<OrderFacts, 'events'> & { readonly events: OrderFacts['events'] | null };

/** One statement, so that the tables are seen as they were at one moment. */
async function factsOf(session: SqlSession, ids: readonly string[]): Promise<readonly OrderFacts[]> {
  const rows = await session.rows<Row>(sql`
    select wanted.order_id as "orderId",
      (select json_agg(json_build_object('topic', topic, 'partition', partition, 'offset', "offset"::text, 'at', at,
          'eventType', event_type, 'eventId', event_id, 'source', source, 'detail', detail)
          order by topic, partition, "offset")
        from (select * from raw where raw.order_id = wanted.order_id order by at limit ${MOST_EVENTS}) as event) as events,
      (select json_build_object('status', o.status,
          'createdAt', extract(epoch from o.created_at) * 1000, 'updatedAt', extract(epoch from o.updated_at) * 1000,
          'history', (select json_agg(h.status order by h.seq) from "order".order_history h where h.order_id = wanted.order_id))
        from "order".orders o where o.order_id = wanted.order_id) as recorded,
      (select json_build_object('captured', captured, 'refunded', refunded, 'captures', captures, 'refunds', refunds)
        from raw_ledger l where l.order_id = wanted.order_id) as ledger,
      coalesce((select json_agg(json_build_object('productId', product_id, 'kind', kind, 'quantity', quantity)
          order by m.id)
        from inventory.movements m where m.order_id = wanted.order_id), '[]') as movements,
      (select status from payment.payments p where p.order_id = wanted.order_id) as payment,
      (select status from inventory.reservations r where r.order_id = wanted.order_id) as reservation,
      (select status from shipping.shipments s where s.order_id = wanted.order_id) as shipment,
      coalesce((select json_agg(json_build_object('deadline', extract(epoch from deadline) * 1000)) from (
        select deadline from "order".sagas g
          where g.subject = wanted.order_id and g.status in ('running', 'compensating')
        union all select due_at from "order".choreographies c
          where c.order_id = wanted.order_id and c.due_at is not null) as driven), '[]') as sagas,
      coalesce((select json_agg(h.event_id order by h.seq)
        from "order".sagas g join "order".saga_history h on h.saga_id = g.id
        where g.subject = wanted.order_id and h.event_id is not null), '[]') as heard
    from unnest(${ids}::text[]) as wanted (order_id) order by wanted.order_id`);
  return rows.map((row) => ({
    ...row,
    events: row.events ?? [],
    recorded: row.recorded ?? undefined,
    ledger: row.ledger ?? undefined,
    payment: row.payment ?? undefined,
    reservation: row.reservation ?? undefined,
    shipment: row.shipment ?? undefined,
  }));
}
