/**
 * Orders become streams: what stood in `orders` and `order_history` is carried over as their events, in the schema
 * versions of that time, and both tables are from now on made of the streams.
 *
 * `append_orders` appends and writes these tables in one statement. A table that is not there is left out: commands do
 * not need it, and a rebuild, which makes it anew, waits for the appends under way before it puts it in place.
 */
export const orderStreamsMigration = `
  alter table choreographies drop constraint choreographies_order_id_fkey;
  alter table order_history rename to old_order_history;
  alter table orders rename to old_orders;
  alter index orders_of_user rename to old_orders_of_user;
  alter index orders_pkey rename to old_orders_pkey;
  alter index order_history_pkey rename to old_order_history_pkey;

  insert into streams (stream_id, version)
  select order_id, count(*) from old_order_history group by order_id;
  insert into stream_events (stream_id, version, type, schema_version, data, at)
  select order_id, 1, 'order.placed', 1, json_build_object('order', data, 'origin', origin), created_at from old_orders
  union all
  select order_id, row_number() over (partition by order_id order by seq) + 1, 'order.status.changed', 1,
    json_build_object('status', status, 'reason', reason), at
  from old_order_history where seq > 1;

  create table orders (
    order_id text primary key,
    user_id text not null,
    status text not null,
    flow text not null,
    origin text not null,
    data json not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  );
  create index orders_of_user on orders (user_id, created_at desc, order_id desc);
  create table order_history (
    order_id text not null,
    seq integer not null,
    status text not null,
    reason text,
    at timestamptz not null,
    primary key (order_id, seq)
  );
  insert into order_history (order_id, seq, status, reason, at)
  select stream_id, version, coalesce(data ->> 'status', 'pending'), data ->> 'reason', at from stream_events;
  insert into orders (order_id, user_id, status, flow, origin, data, version, created_at, updated_at)
  select order_id, user_id, status, flow, origin, old_orders.data, streams.version, created_at, last.at
  from old_orders join streams on stream_id = order_id
  join stream_events last on last.stream_id = order_id and last.version = streams.version;
  drop table old_order_history;
  drop table old_orders;

  create function append_orders(
    ids text[], expected integer[], latest integer[], snapshots text[],
    event_streams text[], versions integer[], types text[], schema_versions integer[], contents text[],
    times timestamptz[],
    users text[], statuses text[], flows text[], origins text[],
    event_seqs integer[], event_statuses text[], event_reasons text[]
  ) returns boolean language plpgsql as $$
  #variable_conflict use_column
  begin
    if not append_to_streams(ids, expected, latest, snapshots, event_streams, versions, types, schema_versions,
        contents, times) then
      return false;
    end if;
    -- Only now, behind the lock on stream_events: whoever exchanges the tables has it first, or sees these events.
    if to_regclass('orders') is not null then
      if 0 = any(expected) then
        insert into orders (order_id, user_id, status, flow, origin, data, version, created_at, updated_at)
        select id, user_id, status, flow, origin, placed.content::json -> 'order', latest, placed.time, last.time
        from unnest(ids, expected, latest, users, statuses, flows, origins)
          as head (id, expected, latest, user_id, status, flow, origin)
        join unnest(event_streams, versions, contents, times) as placed (id, version, content, time)
          using (id)
        join unnest(event_streams, versions, times) as last (id, version, time) using (id)
        where head.expected = 0 and placed.version = 1 and last.version = head.latest
        on conflict do nothing;
      end if;
      update orders set status = head.status, version = head.latest, updated_at = last.time
      from unnest(ids, expected, latest, statuses) as head (id, expected, latest, status)
      join unnest(event_streams, versions, times) as last (id, version, time)
        on last.id = head.id and last.version = head.latest
      where order_id = head.id and orders.version = head.expected and head.expected > 0;
    end if;
    if to_regclass('order_history') is not null then
      insert into order_history (order_id, seq, status, reason, at)
      select id, seq, status, reason, time
      from unnest(event_streams, event_seqs, event_statuses, event_reasons, times)
        as event (id, seq, status, reason, time)
      on conflict do nothing;
    end if;
    return true;
  end $$;
`;
