import type { Migrations } from '@/infrastructure/postgres/migrate';

/** Tables of the engine, in the schema of the service that owns the sagas. */
export const sagaMigrations: Migrations = {
  'saga-001-tables': `
    create table sagas (
      id text primary key,
      type text not null,
      version integer not null,
      subject text not null,
      status text not null,
      step text,
      deadline timestamptz,
      completed_steps text[] not null default '{}',
      state jsonb not null,
      context jsonb not null,
      history_length integer not null default 0,
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null default clock_timestamp(),
      unique (type, subject)
    );
    create index sagas_deadline on sagas (deadline) where deadline is not null;
    create index sagas_unfinished on sagas (type, version) where status in ('running', 'compensating');
    create table saga_history (
      saga_id text not null references sagas (id),
      seq integer not null,
      at timestamptz not null default clock_timestamp(),
      step text,
      kind text not null,
      event_id text,
      detail jsonb not null,
      primary key (saga_id, seq)
    );
  `,
  // The unfinished ones, by another index, are few; of the others a list shows the newest and a gauge counts them all.
  'saga-002-lists': `
    drop index sagas_unfinished;
    create index sagas_ended on sagas (created_at, id collate "C", type, status)
      where status in ('completed', 'compensated');
  `,
  // A type's saga of a subject is found by its id, which is made of both; a subject's lock is its unfinished saga's row.
  'saga-003-lock': `
    alter table sagas add column lock_name text;
    update sagas set lock_name = type;
    alter table sagas alter column lock_name set not null;
    create unique index sagas_lock on sagas (subject, lock_name)
      where status in ('running', 'compensating', 'needs_attention');
  `,
  // A process from before the lock had a name writes none, and runs on beside this: its lock is the type, as it was.
  'saga-004-lock-by-default': `
    alter table sagas alter column lock_name drop not null;
    drop index sagas_lock;
    create unique index sagas_lock on sagas (subject, coalesce(lock_name, type))
      where status in ('running', 'compensating', 'needs_attention');
  `,
};
