/** Topics come and go, segments are opened and dropped. Whoever needs heads locks them in (topic, partition) order. */
export const segmentFunctions = `
create function log.open_segment(of_topic text) returns bigint language plpgsql as $$
declare
  opened bigint;
  name text;
begin
  insert into log.segment (topic) values (of_topic) returning segment into opened;
  insert into log.segment_range (segment, topic, partition, first_offset)
    select opened, h.topic, h.partition, h.next from log.head h where h.topic = of_topic;
  name := 'segment_' || opened;
  execute format('create table log.%I (like log.record, primary key (partition, record_offset))', name);
  execute format('alter table log.record attach partition log.%I for values in (%s)', name, opened);
  update log.topic t set segment = opened where t.topic = of_topic;
  return opened;
end $$;

create function log.create_topic(new_topic text, partition_count int, replication int, settings jsonb)
returns boolean language plpgsql as $$
begin
  update log.catalog set version = version + 1;
  insert into log.topic (topic, partitions, wanted_replication, config)
    values (new_topic, partition_count, replication, settings) on conflict do nothing;
  if not found then return false; end if;
  insert into log.head (topic, partition) select new_topic, p from generate_series(0, partition_count - 1) p;
  perform log.open_segment(new_topic);
  return true;
end $$;

create function log.delete_topic(old_topic text) returns boolean language plpgsql as $$
declare
  gone bigint;
begin
  update log.catalog set version = version + 1;
  perform 1 from log.head h where h.topic = old_topic order by h.partition for update;
  if not found then return false; end if;
  for gone in select s.segment from log.segment s where s.topic = old_topic loop
    execute format('drop table log.%I', 'segment_' || gone);
  end loop;
  delete from log.group_offset o where o.topic = old_topic;
  delete from log.topic t where t.topic = old_topic;
  return true;
end $$;
`;
