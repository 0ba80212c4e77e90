import type { Projection } from '@/infrastructure/event-store/projection';
import { sql } from '@/infrastructure/postgres/sql';
import { type OrderEvent, type OrderState, statusRow } from '../domain/order-stream';
import { orderStreamDefinition } from './order-stream.definition';
import { orderIndexes, orderTables } from './order.tables';

/** `orders` and `order_history`. Live, `append_orders` writes the same rows. */
export const orderProjection: Projection<OrderState, OrderEvent> = {
  name: 'orders',
  definition: orderStreamDefinition,
  ddl: orderTables,
  checkpoint: { table: 'orders', stream: 'order_id', version: 'version' },
  tables: [
    {
      name: 'orders',
      indexes: orderIndexes.orders,
      json: ['data'],
      columns: [
        'order_id',
        'user_id',
        'status',
        'flow',
        'origin',
        'data',
        'version',
        'created_at',
        'updated_at',
      ],
    },
    {
      name: 'order_history',
      indexes: orderIndexes.order_history,
      columns: ['order_id', 'seq', 'status', 'reason', 'at'],
    },
  ],

  async write(session, streams) {
    const states = streams.map(({ state }) => state);
    const rows = streams.flatMap(({ id, events }) =>
      events.map((event, index) => ({ id, ...statusRow(event, index + 1) })),
    );
    await session.run(sql`
      with written as (
        insert into orders (order_id, user_id, status, flow, origin, data, version, created_at, updated_at)
        select id, user_id, status, flow, origin, data::json, version, created_at, updated_at from unnest(
          ${streams.map(({ id }) => id)}::text[], ${states.map(({ order }) => order.userId)}::text[],
          ${states.map(({ status }) => status)}::text[], ${states.map(({ flow }) => flow)}::text[],
          ${states.map(({ origin }) => origin)}::text[], ${states.map(({ order }) => JSON.stringify(order))}::text[],
          ${streams.map(({ version }) => version)}::int[], ${states.map(({ placedAt }) => placedAt)}::timestamptz[],
          ${states.map(({ changedAt }) => changedAt)}::timestamptz[]
        ) as placed (id, user_id, status, flow, origin, data, version, created_at, updated_at)
      )
      insert into order_history (order_id, seq, status, reason, at)
      select id, seq, status, reason, at from unnest(
        ${rows.map(({ id }) => id)}::text[], ${rows.map(({ seq }) => seq)}::int[],
        ${rows.map(({ status }) => status)}::text[], ${rows.map(({ reason }) => reason)}::text[],
        ${rows.map(({ at }) => at)}::timestamptz[]
      ) as change (id, seq, status, reason, at)`);
  },

  async remove(session, ids) {
    await session.run(sql`
      with gone as (delete from order_history where order_id = any(${ids}::text[]))
      delete from orders where order_id = any(${ids}::text[])`);
  },
};
