import { z } from 'zod';
import type { BulkJob } from '@/infrastructure/kafka/dead-letters/bulk/bulk-job';
import type { Difference } from '@/infrastructure/kafka/dead-letters/edit/json-difference';
import type { Letter } from '@/infrastructure/kafka/dead-letters/letter';
import { table } from '@/infrastructure/kafka/setup/table';
import type { OpsClient } from '../ops-client';
import { complain, say, UsageError } from '../run-command';
import { type ActCommand, type Arguments, editOf, filterOf, numberOf } from './arguments';
import { follow, interruptible, job, tellEnd } from './follow';
import { PATH, tellUnreachable } from './look';

const letter = z.custom<Letter>();
const editPreview = z.object({ changes: z.array(z.custom<Difference>()) });
const preview = z.object({
  total: z.int(),
  ids: z.array(z.string()).default([]),
  unreachable: z.array(z.string()).default([]),
});
const started = z.union([job, preview]);
const jobs = z.object({ items: z.array(job), unreachable: z.array(z.string()).default([]) });

/** On one letter at once; on several, on those of a filter and on all of them as a bulk act that is followed. */
export async function act(client: OpsClient, args: Arguments, command: ActCommand): Promise<number> {
  const { ids, values } = args;
  const filter = filterOf(values);
  const filtered = Object.keys(filter).length > 0;
  if (values.status !== undefined)
    throw new UsageError('Acts are for letters that are dead; leave --status out.');
  if ([ids.length > 0, filtered, values.all === true].filter(Boolean).length !== 1)
    throw new UsageError(`What to ${command}: ids, a filter, or --all?`);
  if (command === 'discard' && values.reason === undefined) throw new UsageError('discard needs --reason.');
  const [id] = ids;
  if (id !== undefined && ids.length === 1) return one(client, args, command, id);
  if (command === 'edit' && values.patch === undefined)
    throw new UsageError('Many letters are edited by one --patch.');
  const selection = ids.length > 0 ? { ids } : { filter };
  if (values['dry-run']) return many(client, args, command, selection);
  return interruptible((interrupted) => many(client, args, command, selection, interrupted));
}

async function one(
  client: OpsClient,
  { values }: Arguments,
  command: ActCommand,
  id: string,
): Promise<number> {
  const path = `${PATH}/${encodeURIComponent(id)}`;
  const dryRun = values['dry-run'] === true;
  if (command === 'edit' && dryRun) {
    const shown = await client.post(`${path}/edit`, editPreview, { ...editOf(values), dryRun });
    if (values.json) say(JSON.stringify(shown));
    else
      for (const { path, before, after } of shown.changes) say(`${path}: ${json(before)} -> ${json(after)}`);
    return 0;
  }
  if (dryRun) {
    const { status, handler, eventType } = await client.get(path, letter);
    say(`${command} would be done to ${id} (${status}; ${handler}, ${eventType})`);
    return status === 'dead' ? 0 : 1;
  }
  const { reason } = values;
  const body = command === 'edit' ? editOf(values) : reason === undefined ? {} : { reason };
  const done = await client.post(`${path}/${command}`, letter, body);
  say(values.json ? JSON.stringify(done) : `${done.id} is ${done.status}`);
  return 0;
}

async function many(
  client: OpsClient,
  { ids, values }: Arguments,
  command: ActCommand,
  selection: object,
  interrupted = new AbortController().signal,
): Promise<number> {
  const { reason, 'dry-run': dryRun = false } = values;
  const answer = await client.post(`${PATH}/bulk`, started, {
    ...selection,
    act: command,
    dryRun,
    rate: numberOf(values, 'rate'),
    reason,
    ...(command === 'edit' ? editOf(values) : {}),
  });
  const left = tellUnreachable(answer.unreachable) + tellLeftOut(ids, answer.total);
  const status = left > 0 ? 1 : 0;
  if ('state' in answer) return (await follow(client, answer, values.json === true, interrupted)) || status;
  if (values.json) say(JSON.stringify(answer));
  else if (answer.total === 0) say('No dead letter matches.');
  else {
    say(`${command} would be done to ${answer.total}, first of all to`);
    for (const id of answer.ids) say(`  ${id}`);
  }
  return status;
}

/** Selected letters that nothing is done to. */
function tellLeftOut(ids: readonly string[], total: number): number {
  const left = ids.length === 0 ? 0 : new Set(ids).size - total;
  if (left > 0) complain(`${left} of the ids are not those of dead letters that are here.`);
  return Math.max(0, left);
}

export async function showBulk(client: OpsClient, { ids: [id], values }: Arguments): Promise<number> {
  const { items, unreachable } =
    id === undefined
      ? await client.get(`${PATH}/bulk`, jobs)
      : await client.get(`${PATH}/bulk/${encodeURIComponent(id)}`, job).then((found) => ({
          items: [found],
          unreachable: found.unreachable,
        }));
  if (values.json) say(JSON.stringify(id === undefined ? { items, unreachable } : items[0]));
  else {
    const rows = items.map((one) => [
      one.id,
      one.act,
      one.state,
      one.total,
      one.done,
      one.failed,
      one.by,
      one.startedAt,
    ]);
    for (const line of table(['id', 'act', 'state', 'total', 'done', 'failed', 'by', 'started'], rows))
      say(line);
    if (id !== undefined) for (const one of items) tellFailures(one);
  }
  return tellUnreachable(unreachable);
}

export async function cancel(client: OpsClient, { ids: [id = ''], values }: Arguments): Promise<number> {
  const ended = await client.delete(`${PATH}/bulk/${encodeURIComponent(id)}`, job);
  if (values.json) say(JSON.stringify(ended));
  else tellEnd(ended);
  return tellUnreachable(ended.unreachable);
}

function tellFailures({ failures }: BulkJob): void {
  for (const { letterId, code, message } of failures) complain(`  ${letterId}  ${code}: ${message}`);
}

const json = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
