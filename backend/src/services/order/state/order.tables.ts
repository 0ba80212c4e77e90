/**
 * The tables that are made of the streams, as the migrations leave them; a spec compares. A rebuild makes them anew by
 * these statements in a schema of its own and puts them in the place of the old ones.
 */
export const orderTables: readonly string[] = [
  `create table orders (
    order_id text not null,
    user_id text not null,
    status text not null,
    flow text not null,
    origin text not null,
    data json not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create table order_history (
    order_id text not null,
    seq integer not null,
    status text not null,
    reason text,
    at timestamptz not null
  )`,
];

/** By table. */
export const orderIndexes = {
  orders: [
    'alter table orders add primary key (order_id)',
    'create index orders_of_user on orders (user_id, created_at desc, order_id desc)',
  ],
  order_history: ['alter table order_history add primary key (order_id, seq)'],
} as const;
