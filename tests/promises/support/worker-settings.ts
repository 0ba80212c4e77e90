import type { HandlerOptions, KafkaModuleOptions } from '@/infrastructure/kafka';
import type { StepType } from './step-events';

/** Handlers as data, so that a process of its own can be told to have them. */
export interface HandlerPlan {
  readonly name: string;
  /** Default `step.taken`. */
  readonly eventType?: StepType;
  readonly options?: Omit<HandlerOptions, 'name' | 'reset'>;
  /** Runs of this step (of this key, where one is said) go through the gate: they wait while the spec holds it closed. */
  readonly gate?: { readonly number: number; readonly key?: string; readonly seq: number };
}

/** All a worker needs to know, as JSON. */
export interface WorkerSettings {
  /** Shown in `effects.worker`, in the ledger and in `pg_stat_activity`. */
  readonly name: string;
  readonly topic: string;
  readonly module: Omit<KafkaModuleOptions, 'events'>;
  readonly databaseUrl: string;
  /** File that handlers with effects outside SQL append to: one line per begin and end of a run. */
  readonly ledger: string;
  readonly handlers: readonly HandlerPlan[];
}

export interface LedgerLine {
  readonly phase: 'begin' | 'end';
  readonly worker: string;
  readonly handler: string;
  readonly key: string;
  readonly seq: number;
  readonly partition: number;
  readonly attempt: number;
  readonly idempotencyKey: string;
  /** Runs under way in this worker, this one included. */
  readonly running: number;
}
