/**
 * The first row of `log.read` carries the bounds of the partition, the others its records, both of one snapshot. No
 * row at all: no such partition. It may end before the limit where a segment ends; the next call goes on there.
 * A segment dropped while it is read gives SQLSTATE 42P01, and the call is repeated.
 */
export const readFunctions = `
create function log.segment_of(of_topic text, of_partition int, at_offset bigint) returns text
language sql stable as $$
  select 'segment_' || r.segment from log.segment_range r
  where r.topic = of_topic and r.partition = of_partition and r.first_offset <= at_offset
  order by r.segment desc limit 1
$$;

create function log.read(of_topic text, of_partition int, from_offset bigint, most_records int, most_bytes bigint)
returns table (
  log_start bigint, log_end bigint, record_offset bigint, record_time bigint, key bytea, value bytea, headers bytea
) language plpgsql stable as $$
declare
  first bigint;
  past_last bigint;
begin
  select h.log_start, h.next into first, past_last
    from log.head h where h.topic = of_topic and h.partition = of_partition;
  if not found then return; end if;
  return query select first, past_last, null::bigint, null::bigint, null::bytea, null::bytea, null::bytea;
  if from_offset < first or from_offset >= past_last then return; end if;
  return query execute format('
    select null::bigint, null::bigint, w.record_offset, w.record_time, w.key, w.value, w.headers
    from (
      select r.*, sum(r.size) over (order by r.record_offset) as bytes
      from (
        select s.*, coalesce(octet_length(s.key), 0) + coalesce(octet_length(s.value), 0)
          + octet_length(s.headers) as size
        from log.%I s where s.partition = $1 and s.record_offset >= $2
        order by s.record_offset limit $3
      ) r
    ) w
    where w.bytes <= $4 or w.record_offset = $2
    order by w.record_offset', log.segment_of(of_topic, of_partition, from_offset))
    using of_partition, from_offset, most_records, most_bytes;
end $$;

create function log.time_at(of_topic text, of_partition int, at_offset bigint) returns bigint
language plpgsql stable as $$
declare
  answer bigint;
begin
  execute format('select s.record_time from log.%I s where s.partition = $1 and s.record_offset = $2',
    log.segment_of(of_topic, of_partition, at_offset)) into answer using of_partition, at_offset;
  return answer;
end $$;

create function log.offset_at(of_topic text, of_partition int, wanted_time bigint) returns bigint
language plpgsql stable as $$
declare
  low bigint;
  high bigint;
  middle bigint;
begin
  select h.log_start, h.next into low, high
    from log.head h where h.topic = of_topic and h.partition = of_partition;
  while low < high loop
    middle := (low + high) / 2;
    if log.time_at(of_topic, of_partition, middle) < wanted_time then low := middle + 1; else high := middle; end if;
  end loop;
  return low;
end $$;
`;
