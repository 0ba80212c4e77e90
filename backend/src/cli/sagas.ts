import { OpsClient } from './ops-client';
import { runCommand, say } from './run-command';
import { act } from './sagas/act';
import { type Arguments, readArguments, USAGE } from './sagas/arguments';
import { list, show } from './sagas/look';

process.exitCode = await runCommand(USAGE, () => run(readArguments(process.argv.slice(2))));

async function run(args: Arguments): Promise<number> {
  const client = OpsClient.of(process.env);
  switch (args.command) {
    case 'help':
      say(USAGE);
      return 0;
    case 'list':
      return list(client, args);
    case 'show':
      return show(client, args);
    default:
      return act(client, args, args.command);
  }
}
