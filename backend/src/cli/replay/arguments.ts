import { parseArgs } from 'node:util';
import { replayModes } from '@/infrastructure/kafka/replay/replay';
import { UsageError } from '../run-command';

export const USAGE = `usage: npm run replay -- COMMAND [options]

  start     runs a range of a topic through chosen handlers, and shows how it comes along
  list      replays, the newest first
  show ID   one of them: ranges, counts, what was not run and why, what a dry one would change
  resume ID goes on with one that was interrupted, or that has events that failed
  cancel ID ends one; what it has done stays done, except for the new rows of a rebuild
  offered   positions that were set from outside, each with the replay that does what was meant

for start
  --mode MODE           ${replayModes.join(', ')}
                        fill: run what has no outcome; rebuild: make the handlers' tables anew, beside the old rows;
                        dry: run, roll back, tell the difference
  --topic NAME          more than one where a rebuild needs it
  --handler NAME        more than one if wanted
  --group NAME          where several groups have handlers of that name
  --from-offset N | --from-time TIME    default: all that is in the log
  --to-offset N   | --to-time TIME      exclusive; TIME is ISO 8601, such as 2026-03-01T10:00:00Z
  --partition N         more than one if wanted; default: all
  --rate N              events per second at most

for start and resume
  --detach       do not wait for its end
for list
  --limit N  --cursor CURSOR
for all
  --json         the platform's answer as it is

Ctrl-C cancels the replay that is shown. Exit status: 0 done, 1 refused, failed, or some events failed, 2 not understood,
130 cancelled. The platform is at OPS_URL (default http://127.0.0.1:3000); OPERATOR_TOKEN is its token.`;

const commands = ['start', 'list', 'show', 'resume', 'cancel', 'offered'] as const;
export type Command = (typeof commands)[number];

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const options = {
  mode: text,
  topic: texts,
  handler: texts,
  group: text,
  'from-offset': text,
  'from-time': text,
  'to-offset': text,
  'to-time': text,
  partition: texts,
  rate: text,
  detach: flag,
  limit: text,
  cursor: text,
  json: flag,
  help: { type: 'boolean', short: 'h' },
} as const;

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options, allowPositionals: true, strict: true });

export type Values = ReturnType<typeof parse>['values'];

export interface Arguments {
  readonly command: Command | 'help';
  readonly id: string;
  readonly values: Values;
}

/** Throws `UsageError`, or a `TypeError` of `parseArgs`. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const [command, ...ids] = positionals;
  if (values.help || command === 'help') return { command: 'help', id: '', values };
  if (command === undefined) throw new UsageError('Which command?');
  if (!isCommand(command)) throw new UsageError(`There is no command '${command}'.`);
  const takesId = ['show', 'resume', 'cancel'].includes(command);
  const [id = ''] = ids;
  if (ids.length !== (takesId ? 1 : 0)) {
    throw new UsageError(`'${command}' takes ${takesId ? 'one id' : 'no id'}.`);
  }
  return { command, id, values };
}

/** What `start` asks the platform for. */
export function replayOf(values: Values): Record<string, unknown> {
  const { mode, topic, handler, group, partition, rate } = values;
  if (mode === undefined) throw new UsageError(`Which --mode: ${replayModes.join(', ')}?`);
  if (!topic) throw new UsageError('Which --topic?');
  if (!handler) throw new UsageError('Which --handler?');
  const from = rangeEnd(values, 'from');
  const to = rangeEnd(values, 'to');
  return {
    mode,
    topic,
    handlers: handler,
    ...(group === undefined ? {} : { group }),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(partition ? { partitions: partition.map((one) => wholeNumber(one, 'partition')) } : {}),
    ...(rate === undefined ? {} : { rate: wholeNumber(rate, 'rate') }),
  };
}

function rangeEnd(values: Values, end: 'from' | 'to') {
  const offset = values[`${end}-offset`];
  const time = values[`${end}-time`];
  if (offset !== undefined && time !== undefined) {
    throw new UsageError(`--${end}-offset or --${end}-time, not both.`);
  }
  if (offset !== undefined) return { offset: wholeNumber(offset, `${end}-offset`) };
  return time === undefined ? undefined : { time };
}

export function wholeNumber(given: string, name: string): number {
  const number = Number(given);
  if (given.trim() === '' || !Number.isSafeInteger(number) || number < 0) {
    throw new UsageError(`--${name} must be a whole number.`);
  }
  return number;
}

const isCommand = (name: string): name is Command => (commands as readonly string[]).includes(name);
