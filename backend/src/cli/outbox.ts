import { OpsClient } from './ops-client';
import { act } from './outbox/act';
import { type Arguments, readArguments, USAGE } from './outbox/arguments';
import { list } from './outbox/look';
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
    default:
      return act(client, args, args.command);
  }
}
