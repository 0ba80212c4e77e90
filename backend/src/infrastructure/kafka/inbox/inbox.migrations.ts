import type { Migrations } from '@/infrastructure/postgres/migrate';

/**
 * A week of the inbox as a partition of its own. The table is filled before it is attached, so that the inbox itself
 * is never locked against inserts, and its default partition only for as long as a few rows take to move; with more
 * rows of that week than `most_moved` there, they stay, and the week with them.
 */
export const inboxMigrations: Migrations = {
  'infrastructure-0006-inbox-weeks': `
    create function inbox_add_week(week_start timestamptz, most_moved int) returns boolean language plpgsql as $$
    declare
      week_end timestamptz := week_start + interval '168 hours';
      week text := 'inbox_' || to_char(week_start at time zone 'UTC', 'YYYYMMDD');
    begin
      lock table inbox_default in access exclusive mode;
      if (select count(*) from (
        select from inbox_default where event_time >= week_start and event_time < week_end limit most_moved + 1
      ) there) > most_moved then return false; end if;
      execute format('create table %I (like inbox including all)', week);
      execute format('with moved as (
        delete from inbox_default where event_time >= $1 and event_time < $2 returning *
      ) insert into %I select * from moved', week) using week_start, week_end;
      execute format('alter table inbox attach partition %I for values from (%L) to (%L)', week, week_start, week_end);
      return true;
    end $$;
  `,
};
