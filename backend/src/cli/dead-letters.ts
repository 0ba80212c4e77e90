import { act, cancel, showBulk } from './dead-letters/act';
import { type Arguments, readArguments, USAGE } from './dead-letters/arguments';
import { list, show, showGroups } from './dead-letters/look';
import { OpsClient } from './ops-client';
import { runCommand, say } from './run-command';

process.exitCode = await runCommand(USAGE, () => run(readArguments(process.argv.slice(2))));

async function run(args: Arguments): Promise<number> {
  const client = OpsClient.of(process.env);
  switch (args.command) {
    case 'help':
      say(USAGE);
      return 0;
    case 'list':
      return list(client, args);
    case 'groups':
      return showGroups(client, args);
    case 'show':
      return show(client, args);
    case 'bulk':
      return showBulk(client, args);
    case 'cancel':
      return cancel(client, args);
    default:
      return act(client, args, args.command);
  }
}
