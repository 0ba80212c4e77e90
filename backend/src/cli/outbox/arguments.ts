import { parseArgs } from 'node:util';
import { outboxActs } from '@/infrastructure/ops/outbox/outbox-view';
import { UsageError } from '../run-command';

export const USAGE = `usage: npm run outbox -- COMMAND [options]

  list                     what waits in each service's outbox, who relays it, and the rows that the log refused
  retry SERVICE ROW        send a refused row again, before everything that waits behind it
  set-aside SERVICE ROW    keep it and never send it; what waits behind it goes on  --reason TEXT

for list
  --service NAME  --limit N  --cursor CURSOR
--json                     the platform's answer as it is

An act is done once: repeated, it is refused with OUTBOX_ROW_NOT_REFUSED. Exit status: 0 done, 1 refused, 2 not
understood. The platform is at OPS_URL (default http://127.0.0.1:3000); OPERATOR_TOKEN is its token.`;

const commands = ['list', ...outboxActs] as const;
export type Command = (typeof commands)[number];

const text = { type: 'string' } as const;
const options = {
  service: text,
  limit: text,
  cursor: text,
  reason: text,
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options, allowPositionals: true, strict: true });

export interface Arguments {
  readonly command: Command | 'help';
  /** Of the refused row; empty for `list`. */
  readonly service: string;
  readonly seq: string;
  readonly values: ReturnType<typeof parse>['values'];
}

/** Throws `UsageError`, or a `TypeError` of `parseArgs`. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const [command, service = '', seq = '', ...rest] = positionals;
  if (values.help || command === 'help') return { command: 'help', service, seq, values };
  if (command === undefined) throw new UsageError('Which command?');
  if (!isCommand(command)) throw new UsageError(`There is no command '${command}'.`);
  if (command === 'list' && service !== '')
    throw new UsageError(`'list' takes no name: for one service, '--service ${service}'.`);
  if (command !== 'list' && (seq === '' || rest.length > 0))
    throw new UsageError(`'${command}' takes a service and the number of a row, as 'list' shows them.`);
  if (command === 'set-aside' && values.reason === undefined)
    throw new UsageError('set-aside needs --reason.');
  if (command !== 'set-aside' && values.reason !== undefined)
    throw new UsageError(`${command} takes no --reason.`);
  if (values.limit !== undefined && !(Number(values.limit) > 0))
    throw new UsageError('--limit must be a number above 0.');
  return { command, service, seq, values };
}

const isCommand = (name: string): name is Command => (commands as readonly string[]).includes(name);
