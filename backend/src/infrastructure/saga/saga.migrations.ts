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
};
