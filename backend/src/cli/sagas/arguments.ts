import { parseArgs } from 'node:util';
import { sagaActs } from '@/infrastructure/ops/sagas/saga-act';
import { sagaStatuses } from '@/infrastructure/saga/saga-state';
import { UsageError } from '../run-command';

export const USAGE = `usage: npm run sagas -- COMMAND [options]

  list                    sagas that are not over, the newest first
  show ORDER | ID         where an order is and why: every saga of it, or the one with this id, with its history
  resume ORDER | ID       ask again for what was refused; for a saga that needs attention
  retry-step ORDER | ID   ask now, and once more, for the step it waits for
  compensate ORDER | ID   take back everything that was done  --reason TEXT
  resolve ORDER | ID      it was settled by hand and is over; for a saga that needs attention  --reason TEXT

for list; everything that is given must hold
  --status STATUS   ${sagaStatuses.join(', ')}; several with commas
                    default: running,compensating,needs_attention; all of them with --status any
  --type NAME  --order ID  --step NAME
  --older-than TIME   has not moved on for this long: 90s, 10m, 2h, 3d
  --limit N  --cursor CURSOR
--json              the platform's answer as it is

To repeat an act is safe: what is done already is not done again. Exit status: 0 done, 1 refused, 2 not understood. The
platform is at OPS_URL (default http://127.0.0.1:3000); OPERATOR_TOKEN is its token.`;

const commands = ['list', 'show', ...sagaActs] as const;
export type Command = (typeof commands)[number];

const text = { type: 'string' } as const;
const options = {
  status: text,
  type: text,
  order: text,
  step: text,
  'older-than': text,
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
  /** Of a saga or of an order; empty for `list`. */
  readonly id: string;
  readonly values: ReturnType<typeof parse>['values'];
}

/** Throws `UsageError`, or a `TypeError` of `parseArgs`. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const [command, ...ids] = positionals;
  if (values.help || command === 'help') return { command: 'help', id: '', values };
  if (command === undefined) throw new UsageError('Which command?');
  if (!isCommand(command)) throw new UsageError(`There is no command '${command}'.`);
  const [id = ''] = ids;
  if (command === 'list' && ids.length > 0)
    throw new UsageError(`'list' takes no id: for one order, 'show ${id}'.`);
  if (command !== 'list' && ids.length !== 1) throw new UsageError(`'${command}' takes one id.`);
  const needsReason = command === 'compensate' || command === 'resolve';
  if (needsReason && values.reason === undefined) throw new UsageError(`${command} needs --reason.`);
  if (!needsReason && values.reason !== undefined) throw new UsageError(`${command} takes no --reason.`);
  return { command, id, values };
}

const isCommand = (name: string): name is Command => (commands as readonly string[]).includes(name);
