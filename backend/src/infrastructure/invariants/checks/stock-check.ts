import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { type Violation, violation } from '../violation';

const MOST = 1_000;

/** Per product: what came in less what went out is what is there, and at no moment was it less than nothing. */
export async function checkStock(session: SqlSession): Promise<readonly Violation[]> {
  return [...(await differing(session)), ...(await belowZero(session))];
}

/** `reserved` is what orders hold and have not bought; a release after the sale brings back from outside. */
async function differing(session: SqlSession): Promise<readonly Violation[]> {
  const rows = await session.rows<{
    productId: string;
    available: number;
    moved: number;
    reserved: number;
    held: number;
  }>(sql`
    with held as (
      select product_id, order_id,
        sum(case kind when 'delivery' then quantity when 'reserve' then -quantity when 'release' then quantity else 0 end)
          as moved,
        case when bool_or(kind = 'sale')
          then sum(case kind when 'reserve' then quantity when 'sale' then -quantity else 0 end)
          else sum(case kind when 'reserve' then quantity when 'release' then -quantity else 0 end)
        end as held
      from inventory.movements group by product_id, order_id, attempt
    ), summed as (
      select product_id, sum(moved)::int as moved, sum(held)::int as held from held group by product_id
    )
    select s.product_id as "productId", s.available, coalesce(moved, 0) as moved, s.reserved, coalesce(held, 0) as held
    from inventory.stock s left join summed using (product_id)
    where s.available <> coalesce(moved, 0) or s.reserved <> coalesce(held, 0) or s.available < 0
    order by s.product_id limit ${MOST}`);
  return rows.map(({ productId, available, moved, reserved, held }) => {
    const message = `${available} are available and ${reserved} reserved; its movements come to ${moved} and ${held}`;
    return violation('STOCK_DIFFERS', `product ${productId}`, message);
  });
}

/** Movements of a product are numbered under the lock of its row, so as they happened. */
async function belowZero(session: SqlSession): Promise<readonly Violation[]> {
  const rows = await session.rows<{ productId: string; id: string; orderId: string; left: number }>(sql`
    with running as (
      select product_id, id, order_id, sum(
        case kind when 'delivery' then quantity when 'reserve' then -quantity when 'release' then quantity else 0 end
      ) over (partition by product_id order by id) as pieces
      from inventory.movements
    )
    select distinct on (product_id) product_id as "productId", id::text, order_id as "orderId", pieces::int as left
    from running where pieces < 0 order by product_id, running.id limit ${MOST}`);
  return rows.map(({ productId, id, orderId, left }) =>
    violation(
      'STOCK_BELOW_ZERO',
      `product ${productId}`,
      `movement ${id} of order ${orderId} leaves ${left} of it`,
    ),
  );
}
