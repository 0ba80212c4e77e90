import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { letterStatuses } from '@/infrastructure/kafka/dead-letters/letter';
import { UsageError } from '../run-command';

export const USAGE = `usage: npm run dead-letters -- COMMAND [options]

  list                       dead letters, the newest first
  groups                     how many there are by cause, handler and topic
  show ID                    one of them: decoded, raw, why it failed, what waits behind it
  retry  ID… | FILTER | --all    run again, in the order of their keys
  edit   ID… | FILTER | --all    run again with other data: --data, --patch or --value-base64
  skip   ID… | FILTER | --all    pass over; the later events of the key go on   [--reason TEXT]
  discard ID… | FILTER | --all   pass over with everything that waits behind it  --reason TEXT
  bulk [ID]                  acts on many letters, or how far one has come
  cancel ID                  stop one of those; what is done stays done

FILTER, also for list and groups; everything that is given must hold
  --group NAME  --handler NAME  --topic NAME  --event-type NAME  --key TEXT  --cause CODE
  --from TIME  --to TIME     first failed then; ISO 8601, such as 2026-03-01T10:00:00Z
  --status STATUS            for list and groups: ${letterStatuses.join(', ')}
                             default: dead; for list: all of them with --status any

for an act on many letters
  --rate N       letters per second; default 10
  --dry-run      tell what it would be done to, or what an edit would change; changes nothing
for edit
  --data FILE    the event's data as JSON (- reads standard input); one letter only
  --value-base64 TEXT   the record's value byte for byte; one letter only
  --patch JSON   JSON Merge Patch of the data, for any number of letters
for list
  --limit N  --cursor CURSOR
  --json         the platform's answer as it is

Ctrl-C stops an act on many letters after the ones under way. Exit status: 0 done, 1 refused, left out or failed for
some, or a service did not answer, 2 not understood, 130 stopped. The platform is at OPS_URL (default http://127.0.0.1:3000); OPERATOR_TOKEN is its token.`;

const commands = ['list', 'groups', 'show', 'retry', 'edit', 'skip', 'discard', 'bulk', 'cancel'] as const;
export type Command = (typeof commands)[number];
export type ActCommand = Extract<Command, 'retry' | 'edit' | 'skip' | 'discard'>;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  group: text,
  handler: text,
  topic: text,
  'event-type': text,
  key: text,
  cause: text,
  from: text,
  to: text,
  status: text,
  all: flag,
  rate: text,
  'dry-run': flag,
  reason: text,
  data: text,
  patch: text,
  'value-base64': text,
  limit: text,
  cursor: text,
  json: flag,
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

export interface Arguments {
  readonly command: Command | 'help';
  readonly ids: readonly string[];
  readonly values: Values;
}

/** Throws `UsageError`, or a `TypeError` of `parseArgs`. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const [command, ...ids] = positionals;
  if (values.help || command === 'help') return { command: 'help', ids: [], values };
  if (command === undefined) throw new UsageError('Which command?');
  if (!isCommand(command)) throw new UsageError(`There is no command '${command}'.`);
  if (['list', 'groups'].includes(command) && ids.length > 0)
    throw new UsageError(`'${command}' takes no ids: ${ids.join(' ')}`);
  if (['show', 'cancel'].includes(command) && ids.length !== 1)
    throw new UsageError(`'${command}' takes one id.`);
  if (command === 'bulk' && ids.length > 1) throw new UsageError(`'bulk' takes one id at most.`);
  const { data, patch, reason } = values;
  const edits = [data, patch, values['value-base64']].some((given) => given !== undefined);
  if (edits && command !== 'edit') throw new UsageError('--data, --patch and --value-base64 are for edit.');
  if (reason !== undefined && command !== 'skip' && command !== 'discard')
    throw new UsageError('--reason is for skip and discard.');
  return { command, ids, values };
}

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options, allowPositionals: true, strict: true });

const isCommand = (name: string): name is Command => (commands as readonly string[]).includes(name);

/** The filter as the platform takes it, without the status. */
export function filterOf(values: Values) {
  const { group, handler, topic, key, cause, from, to } = values;
  const given = { group, handler, topic, eventType: values['event-type'], key, cause, from, to };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export function numberOf(values: Values, name: 'rate' | 'limit'): number | undefined {
  const given = values[name];
  if (given === undefined) return undefined;
  const number = Number(given);
  if (!(number > 0)) throw new UsageError(`--${name} must be a number above 0.`);
  return number;
}

/** What an edit is made of, as the platform takes it. */
export function editOf(values: Values): Record<string, unknown> {
  const { data, patch } = values;
  const bytes = values['value-base64'];
  if ([data, patch, bytes].filter((given) => given !== undefined).length !== 1)
    throw new UsageError('An edit takes one of --data, --patch and --value-base64.');
  if (data !== undefined) return { data: json(textOf(data), '--data') };
  return patch === undefined ? { valueBase64: bytes } : { patch: json(patch, '--patch') };
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new UsageError(`--data cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function json(text: string, option: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${option} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
