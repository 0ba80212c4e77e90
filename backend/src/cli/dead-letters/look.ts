import { z } from 'zod';
import type { Letter, LetterDetail, LetterGroup } from '@/infrastructure/kafka/dead-letters/letter';
import { table } from '@/infrastructure/kafka/setup/table';
import type { OpsClient } from '../ops-client';
import { complain, say } from '../run-command';
import { type Arguments, filterOf, numberOf } from './arguments';

export const PATH = '/ops/api/dead-letters';

const unreachable = z.array(z.string()).default([]);
const letters = z.object({
  items: z.array(z.custom<Letter>()),
  nextCursor: z.string().nullable(),
  unreachable,
});
const groups = z.object({ items: z.array(z.custom<LetterGroup>()), unreachable });
const detail = z.custom<LetterDetail>();

const LONGEST_MESSAGE = 60;

export async function list(client: OpsClient, { values }: Arguments): Promise<number> {
  const status = values.status ?? 'dead';
  const answer = await client.get(PATH, letters, {
    ...filterOf(values),
    status: status === 'any' ? undefined : status,
    limit: numberOf(values, 'limit'),
    cursor: values.cursor,
  });
  if (values.json) say(JSON.stringify(answer));
  else {
    const rows = answer.items.map((letter) => [
      letter.id,
      letter.status,
      letter.handler,
      `${letter.topic}/${letter.partition}@${letter.offset}`,
      letter.key ?? '-',
      letter.eventType,
      letter.attempts,
      letter.cause.code,
      shortened(letter.cause.message),
    ]);
    const heads = ['id', 'status', 'handler', 'record', 'key', 'event type', 'attempts', 'cause', 'message'];
    for (const line of table(heads, rows)) say(line);
    say(`${answer.items.length} shown`);
    if (answer.nextCursor !== null) say(`More: --cursor ${answer.nextCursor}`);
  }
  return tellUnreachable(answer.unreachable);
}

export async function showGroups(client: OpsClient, { values }: Arguments): Promise<number> {
  const query = { ...filterOf(values), status: values.status };
  const answer = await client.get(`${PATH}/groups`, groups, query);
  if (values.json) say(JSON.stringify(answer));
  else {
    const rows = answer.items.map((one) => [
      one.count,
      one.cause,
      one.handler,
      one.topic,
      one.first,
      one.last,
      shortened(one.sample),
    ]);
    for (const line of table(['count', 'cause', 'handler', 'topic', 'first', 'last', 'newest'], rows))
      say(line);
  }
  return tellUnreachable(answer.unreachable);
}

export async function show(client: OpsClient, { ids: [id = ''], values }: Arguments): Promise<number> {
  const letter = await client.get(`${PATH}/${encodeURIComponent(id)}`, detail);
  if (values.json) say(JSON.stringify(letter));
  else for (const line of lines(letter)) say(line);
  return 0;
}

/** 1 where the answer is not whole. */
export function tellUnreachable(services: readonly string[]): number {
  if (services.length > 0) complain(`Not in this answer, since they did not answer: ${services.join(', ')}`);
  return services.length > 0 ? 1 : 0;
}

function lines(letter: LetterDetail): string[] {
  const { cause, decision, followers } = letter;
  const waits = letter.laneWaits ? `its key waits, ${followers.count} behind it` : 'its key goes on';
  return [
    `${letter.id}  ${letter.status}  (${waits})`,
    `  handler     ${letter.handler} of ${letter.group}`,
    `  record      ${letter.topic}/${letter.partition}@${letter.offset}, key ${letter.key ?? 'none'}`,
    `  event       ${letter.eventType} ${letter.eventId ?? ''}`,
    `  failed      ${letter.attempts} times since ${letter.firstFailedAt}`,
    `  cause       ${cause.code}: ${cause.message}`,
    ...letter.causes.map((one) => `    by        ${messageOf(one)}`),
    ...(followers.count === 0 ? [] : [`  behind it   ${followers.offsets.join(', ')}`]),
    ...(decision
      ? [`  decided     by ${decision.by ?? '?'} at ${decision.at} ${decision.reason ?? ''}`]
      : []),
    ...Object.entries(letter.headers).map(([name, value]) => `  ${name}: ${value ?? '(null)'}`),
    ...(letter.valueError ? [`  value       ${letter.valueError.code}: ${letter.valueError.message}`] : []),
    ...(letter.value === undefined ? [] : ['  value', indented(letter.value)]),
    ...(letter.edited === undefined ? [] : ['  edited', indented(letter.edited.value)]),
    `  bytes       ${letter.valueBase64 ?? '(null)'}`,
  ];
}

function messageOf(cause: unknown): string {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  return `${String(code ?? '')}: ${String(message ?? '')}`;
}

const indented = (value: unknown): string => JSON.stringify(value, null, 2).replaceAll(/^/gm, '    ');

function shortened(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE - 1)}…` : line;
}
