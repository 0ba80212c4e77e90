import { appendFileSync } from 'node:fs';
import type { EventEnvelope } from '@shop/contracts';
import type pg from 'pg';
import { type DeliveryContext, type HandlerFunction, sql, type UnitOfWork } from '@/infrastructure/kafka';
import { GATES } from './gates';
import type { Step } from './step-events';
import type { HandlerPlan, LedgerLine, WorkerSettings } from './worker-settings';

/** What a planned fault throws; the step's runs after it succeed. */
export class PlannedFaultError extends Error {}

export interface PlannedParts {
  readonly settings: WorkerSettings;
  readonly unitOfWork: UnitOfWork;
  /** Connections beside the module's own: what is done here is outside of the handler's transaction. */
  readonly beside: pg.Pool;
}

type Run = HandlerFunction<EventEnvelope<string, Step>>;

/** The handler of a plan: its effect is a row of `effects`, or two lines of the ledger where it is `external`. */
export function plannedHandler(plan: HandlerPlan, parts: PlannedParts): Run {
  return plan.options?.effects === 'external' ? external(plan, parts) : inTransaction(plan, parts);
}

function inTransaction({ name, gate }: HandlerPlan, { settings, unitOfWork, beside }: PlannedParts): Run {
  return async ({ data }, context) => {
    const { key, seq } = data;
    const session = unitOfWork.sql;
    const fault = await session.row(sql`
      with fault as (
        select 1 from faults where handler = ${name} and key = ${key} and seq = ${seq} and fails >= ${context.attempt}
      ), effect as (
        insert into effects (handler, key, seq, partition, "offset", attempt, worker)
        select ${name}, ${key}, ${seq}, ${context.partition}, ${context.offset}, ${context.attempt}, ${settings.name}
        where not exists (select 1 from fault)
      ) select * from fault`);
    if (fault !== undefined) await strike(beside, settings, name, data, context);
    if (isGated(gate, data))
      await session.run(sql`select pg_advisory_xact_lock_shared(${GATES}::int, ${gate.number}::int)`);
  };
}

function external({ name, gate }: HandlerPlan, { settings, beside }: PlannedParts): Run {
  let running = 0;
  const write = (phase: 'begin' | 'end', { key, seq }: Step, context: DeliveryContext) => {
    const { attempt, idempotencyKey, partition } = context;
    const line: LedgerLine = {
      ...{ phase, worker: settings.name, handler: name, key, seq },
      ...{ partition, attempt, idempotencyKey, running },
    };
    appendFileSync(settings.ledger, `${JSON.stringify(line)}\n`);
  };
  return async ({ data }, context) => {
    running += 1;
    try {
      write('begin', data, context);
      const { rowCount } = await beside.query(
        `select 1 from ${schemaOf(settings)}.faults where handler = $1 and key = $2 and seq = $3 and fails >= $4`,
        [name, data.key, data.seq, context.attempt],
      );
      if (rowCount !== 0) await strike(beside, settings, name, data, context);
      if (isGated(gate, data)) {
        await beside.query(
          `select pg_advisory_lock_shared(${GATES}, $1), pg_advisory_unlock_shared(${GATES}, $1)`,
          [gate.number],
        );
      }
      write('end', data, context);
    } finally {
      running -= 1;
    }
  };
}

async function strike(
  beside: pg.Pool,
  settings: WorkerSettings,
  handler: string,
  { key, seq }: Step,
  { attempt }: DeliveryContext,
): Promise<never> {
  await beside.query(
    `update ${schemaOf(settings)}.faults set struck = struck + 1 where handler = $1 and key = $2 and seq = $3`,
    [handler, key, seq],
  );
  throw new PlannedFaultError(`Step ${seq} of ${key} fails at ${handler}, run ${attempt}.`);
}

function isGated(gate: HandlerPlan['gate'], { key, seq }: Step): gate is NonNullable<HandlerPlan['gate']> {
  return gate !== undefined && gate.seq === seq && (gate.key ?? key) === key;
}

const schemaOf = ({ module }: WorkerSettings): string => module.database?.schema ?? 'public';
