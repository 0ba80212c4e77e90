import type { Migrations } from '@/infrastructure/kafka';

/**
 * `effects` has no unique key, so that a second effect would be seen; `id` tells their order. `faults`: runs of the
 * step up to the attempt `fails` throw; `struck` counts them.
 */
export const effectTables: Migrations = {
  'promises-0001': `
    create table effects (
      id bigint generated always as identity primary key,
      handler text not null,
      key text not null,
      seq int not null,
      partition int not null,
      "offset" bigint not null,
      attempt int not null,
      worker text not null
    );
    create table faults (
      handler text not null,
      key text not null,
      seq int not null,
      fails int not null,
      struck int not null default 0,
      primary key (handler, key, seq)
    );
  `,
};

export interface Effect {
  readonly id: number;
  readonly handler: string;
  readonly key: string;
  readonly seq: number;
  readonly partition: number;
  readonly offset: number;
  readonly attempt: number;
  readonly worker: string;
}

export interface Fault {
  readonly handler: string;
  readonly key: string;
  readonly seq: number;
  /** Runs up to this attempt fail. */
  readonly fails: number;
}

export const FOR_EVER = 1_000_000;
