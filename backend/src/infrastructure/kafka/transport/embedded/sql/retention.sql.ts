/**
 * A segment goes when its newest record is older than `retention.ms`; the one appended to is closed first. Segments
 * are opened by age (an eighth of the retention, at least a minute, at most `segment.ms`) and by `segment.bytes`.
 * Defaults are Kafka's. The lock time-out keeps a long reader from holding up appends behind a waiting drop.
 */
export const retentionFunctions = `
create function log.setting(config jsonb, name text, otherwise bigint) returns bigint language sql immutable as $$
  select coalesce((config ->> name)::bigint, otherwise)
$$;

create function log.newest_in(of_segment bigint) returns bigint language sql stable as $$
  select max(coalesce(r.last_time, h.last_time))
  from log.segment_range r
  join log.head h on h.topic = r.topic and h.partition = r.partition
  where r.segment = of_segment and coalesce(r.end_offset, h.next) > r.first_offset
$$;

create function log.must_close(of_topic text) returns boolean language plpgsql stable as $$
declare
  t log.topic;
  retention bigint;
  newest bigint;
  opened timestamptz;
begin
  select * into t from log.topic where topic = of_topic;
  retention := log.setting(t.config, 'retention.ms', 604800000);
  newest := log.newest_in(t.segment);
  if newest is null then return false; end if;
  if retention >= 0 and newest < extract(epoch from clock_timestamp()) * 1000 - retention then return true; end if;
  select s.created_at into opened from log.segment s where s.segment = t.segment;
  return clock_timestamp() > opened + make_interval(secs => 0.001 * least(
      log.setting(t.config, 'segment.ms', 604800000),
      case when retention >= 0 then greatest(retention / 8, 60000) end))
    or pg_table_size(format('log.%I', 'segment_' || t.segment)::regclass)
      > log.setting(t.config, 'segment.bytes', 1073741824);
end $$;

create function log.expired_segments(of_topic text) returns setof bigint language sql stable as $$
  select o.segment from (
    select s.segment, bool_and(
        s.segment <> t.segment
        and log.setting(t.config, 'retention.ms', 604800000) >= 0
        and coalesce(log.newest_in(s.segment), 0)
          < extract(epoch from clock_timestamp()) * 1000 - log.setting(t.config, 'retention.ms', 604800000)
      ) over (order by s.segment) as all_old_so_far
    from log.segment s join log.topic t on t.topic = s.topic
    where s.topic = of_topic
  ) o where o.all_old_so_far order by o.segment
$$;

create function log.retention_due() returns setof text language sql stable as $$
  select t.topic from log.topic t
  where log.must_close(t.topic) or exists (select from log.expired_segments(t.topic))
  order by t.topic
$$;

create function log.retain(of_topic text) returns int language plpgsql as $$
declare
  gone bigint;
  dropped int := 0;
begin
  perform set_config('lock_timeout', '500ms', true);
  perform 1 from log.head h where h.topic = of_topic order by h.partition for update;
  if not found then return 0; end if;
  if log.must_close(of_topic) then
    update log.segment_range r set end_offset = h.next, last_time = h.last_time
      from log.head h, log.topic t
      where t.topic = of_topic and r.segment = t.segment and h.topic = r.topic and h.partition = r.partition;
    perform log.open_segment(of_topic);
  end if;
  for gone in select log.expired_segments(of_topic) loop
    update log.head h set log_start = r.end_offset
      from log.segment_range r
      where r.segment = gone and h.topic = r.topic and h.partition = r.partition;
    delete from log.segment s where s.segment = gone;
    execute format('drop table log.%I', 'segment_' || gone);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
`;
