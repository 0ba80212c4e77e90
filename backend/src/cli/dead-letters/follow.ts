import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { BulkJob } from '@/infrastructure/kafka/dead-letters/bulk/bulk-job';
import type { OpsClient } from '../ops-client';
import { complain, say } from '../run-command';
import { PATH } from './look';

const LOOK_AGAIN_MS = 500;
const STOPPED = 130;

export const job = z
  .looseObject({ id: z.string(), state: z.string(), unreachable: z.array(z.string()).default([]) })
  .transform((value) => value as unknown as BulkJob & { readonly unreachable: readonly string[] });

/** Ctrl-C is told to the work, which ends what it has begun, also where it comes while that is being begun. */
export async function interruptible(work: (interrupted: AbortSignal) => Promise<number>): Promise<number> {
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  try {
    return await work(interrupted.signal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  }
}

/** Shows how a bulk act comes along until it has ended. An interruption ends the act, not only the showing. */
export async function follow(
  client: OpsClient,
  started: BulkJob,
  asJson: boolean,
  interrupted: AbortSignal,
): Promise<number> {
  const path = `${PATH}/bulk/${started.id}`;
  let current = started;
  for (; isUnderWay(current) && !interrupted.aborted; current = await client.get(path, job)) {
    if (!asJson) showProgress(current);
    await pause(LOOK_AGAIN_MS, undefined, { signal: interrupted }).catch(() => undefined);
  }
  if (isUnderWay(current)) current = await client.delete(path, job);
  if (process.stderr.isTTY && !asJson) process.stderr.write('\n');
  if (asJson) say(JSON.stringify(current));
  else tellEnd(current);
  if (current.state === 'cancelled') return STOPPED;
  return current.failed === 0 ? 0 : 1;
}

export function tellEnd({ id, act, state, total, done, failed, failures }: BulkJob): void {
  say(`${act} ${state}: ${done} of ${total} done, ${failed} refused (${id})`);
  for (const { letterId, code, message } of failures) complain(`  ${letterId}  ${code}: ${message}`);
}

const isUnderWay = ({ state }: BulkJob): boolean => state === 'running' || state === 'interrupted';

/** One line that is written over in a terminal, a line each time in a file. */
function showProgress({ act, state, total, done, failed, rate }: BulkJob): void {
  const percent = Math.floor((100 * (done + failed)) / Math.max(1, total));
  const line = `${act} ${state}: ${done + failed} of ${total} (${percent} %), ${failed} refused, ${rate}/s`;
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
}
