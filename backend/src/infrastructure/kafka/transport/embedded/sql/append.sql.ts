/**
 * Offsets are given after the heads are locked, and the lock is held to the commit: offset order is commit order,
 * an abort leaves no gap, and a reader sees a prefix that stays. Time within a partition never goes back.
 *
 * `payload` holds key, value and headers of all records end to end; a length of -1 is a null. Answers the first
 * offset given in each partition; the others follow in the order of the records.
 */
export const appendFunctions = `
create function log.append(
  topics text[], partitions int[], times bigint[],
  starts int[], key_lengths int[], value_lengths int[], header_lengths int[], payload bytea
) returns table (topic text, partition int, first_offset bigint) language plpgsql as $$
#variable_conflict use_column
declare
  wanted int;
  locked int;
  present bigint;
begin
  with lane as (
    select distinct l.topic, l.partition from unnest(topics, partitions) as l(topic, partition)
  ), held as (
    select h.topic from log.head h join lane l on l.topic = h.topic and l.partition = h.partition
    order by h.topic, h.partition for update of h
  )
  select (select count(*) from lane), (select count(*) from held) into wanted, locked;
  if locked < wanted then
    raise exception 'append to a topic or partition that does not exist' using errcode = 'LG404';
  end if;
  -- Who holds heads must not sit idle: everyone else who appends there waits.
  perform set_config('idle_in_transaction_session_timeout', '5000', true);
  present := floor(extract(epoch from clock_timestamp()) * 1000);

  return query
  with placed as materialized (
    select i.topic, i.partition, t.segment, i.start, i.key_length, i.value_length, i.header_length,
      h.next as first_offset,
      h.next + row_number() over lane - 1 as record_offset,
      greatest(h.last_time, max(coalesce(i.record_time, present)) over lane) as record_time
    from unnest(topics, partitions, times, starts, key_lengths, value_lengths, header_lengths) with ordinality
      as i(topic, partition, record_time, start, key_length, value_length, header_length, ordinal)
    join log.head h on h.topic = i.topic and h.partition = i.partition
    join log.topic t on t.topic = i.topic
    window lane as (partition by i.topic, i.partition order by i.ordinal)
  ), written as (
    insert into log.record (segment, partition, record_offset, record_time, key, value, headers)
    select p.segment, p.partition, p.record_offset, p.record_time,
      case when p.key_length >= 0 then substring(payload from p.start + 1 for p.key_length) end,
      case when p.value_length >= 0
        then substring(payload from p.start + 1 + greatest(p.key_length, 0) for p.value_length) end,
      substring(payload from p.start + 1 + greatest(p.key_length, 0) + greatest(p.value_length, 0)
        for p.header_length)
    from placed p
  ), lane_end as (
    select p.topic, p.partition, p.first_offset, max(p.record_offset) + 1 as next, max(p.record_time) as last_time
    from placed p group by p.topic, p.partition, p.first_offset
  ), moved as (
    update log.head h set next = e.next, last_time = e.last_time
    from lane_end e where h.topic = e.topic and h.partition = e.partition
  )
  select e.topic, e.partition, e.first_offset from lane_end e;
end $$;
`;
