import type { Migrations } from '@/infrastructure/postgres/migrate';

/**
 * Acts on many letters. `dead_letter_job_items` are the letters as they were chosen, in the order they are worked off;
 * `next_position` moves in the transaction of the acts. A running job has a runner while `lease_until` lies ahead;
 * afterwards any process of the service goes on with it.
 */
export const bulkMigrations: Migrations = {
  'infrastructure-0004-dead-letter-jobs': `
    create table dead_letter_jobs (
      id uuid primary key,
      act text not null check (act in ('retry', 'edit', 'skip', 'discard')),
      patch jsonb,
      reason text,
      requested_by text not null,
      rate double precision not null check (rate > 0),
      state text not null default 'running' check (state in ('running', 'finished', 'cancelled')),
      total int not null,
      next_position int not null default 0,
      done int not null default 0,
      failed int not null default 0,
      lease uuid,
      lease_until timestamptz,
      started_at timestamptz not null default clock_timestamp(),
      ended_at timestamptz
    ) with (fillfactor = 50);
    create index dead_letter_jobs_running on dead_letter_jobs (started_at) where state = 'running';

    create table dead_letter_job_items (
      job_id uuid not null references dead_letter_jobs on delete cascade,
      position int not null,
      letter_id uuid not null,
      failure_code text,
      failure_message text,
      primary key (job_id, position)
    );

    create index dead_letters_newest on dead_letters (first_failed_at desc, id desc);
  `,
};
