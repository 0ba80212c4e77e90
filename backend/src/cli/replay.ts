import { z } from 'zod';
import type { OfferedReplay } from '@/infrastructure/kafka/replay/outside-resets';
import type { ReplayDetail, ReplayView } from '@/infrastructure/kafka/replay/replay-view';
import { OpsClient } from './ops-client';
import { type Arguments, readArguments, replayOf, USAGE, type Values, wholeNumber } from './replay/arguments';
import { follow, PATH, tellEnd, withId } from './replay/follow';
import { tellDetail, tellLine } from './replay/tell';
import { complain, runCommand, say } from './run-command';

process.exitCode = await runCommand(USAGE, () => run(readArguments(process.argv.slice(2))));

async function run({ command, id, values }: Arguments): Promise<number> {
  const client = OpsClient.of(process.env);
  switch (command) {
    case 'help':
      say(USAGE);
      return 0;
    case 'start':
      return begin(client, PATH, values, replayOf(values));
    case 'resume':
      return begin(client, `${PATH}/${id}/resume`, values);
    case 'cancel':
      return cancel(client, id, values);
    case 'show':
      return show(client, id, values);
    case 'offered':
      return offered(client, values);
    default:
      return list(client, values);
  }
}

async function begin(
  client: OpsClient,
  path: string,
  { detach, json }: Values,
  body?: unknown,
): Promise<number> {
  const post = async () => {
    const replay = await client.post(path, withId<ReplayView>(), body);
    for (const note of json ? [] : replay.notes) complain(note);
    return replay;
  };
  if (!detach) return follow(client, post, json ?? false);
  const replay = await post();
  say(json ? JSON.stringify(replay) : `${replay.mode} begun: ${replay.id}`);
  return 0;
}

/** The process that runs it may take until the end of its page. */
async function cancel(client: OpsClient, id: string, { json }: Values): Promise<number> {
  const replay = await client.delete(`${PATH}/${id}`, withId<ReplayDetail>());
  if (replay.state === 'running') await follow(client, async () => replay, json ?? false);
  else tellEnd(replay, json ?? false);
  return 0;
}

async function show(client: OpsClient, id: string, { json }: Values): Promise<number> {
  const replay = await client.get(`${PATH}/${id}`, withId<ReplayDetail>());
  if (json) say(JSON.stringify(replay));
  else tellDetail(replay);
  return 0;
}

async function list(client: OpsClient, { limit, cursor, json }: Values): Promise<number> {
  const page = z.looseObject({
    items: z.array(withId<ReplayView>()),
    nextCursor: z.string().nullable(),
    unreachable: z.array(z.string()).default([]),
  });
  const answer = await client.get(PATH, page, {
    limit: limit === undefined ? undefined : wholeNumber(limit, 'limit'),
    cursor,
  });
  if (json) {
    say(JSON.stringify(answer));
    return 0;
  }
  for (const replay of answer.items) tellLine(replay);
  if (answer.nextCursor !== null) say(`more: --cursor ${answer.nextCursor}`);
  return tellUnreachable(answer.unreachable);
}

async function offered(client: OpsClient, { json }: Values): Promise<number> {
  const page = z.looseObject({
    items: z.array(withId<OfferedReplay>()),
    unreachable: z.array(z.string()).default([]),
  });
  const answer = await client.get(`${PATH}/offered`, page);
  if (json) {
    say(JSON.stringify(answer));
    return 0;
  }
  for (const { group, topic, partition, committed, watermark, noticedAt, command } of answer.items) {
    say(`${noticedAt}  ${group}  ${topic}/${partition}  set to ${committed}, stays at ${watermark}`);
    say(command === null ? '  beyond its progress: nothing was skipped' : `  ${command}`);
  }
  return tellUnreachable(answer.unreachable);
}

function tellUnreachable(services: readonly string[]): number {
  if (services.length === 0) return 0;
  complain(`no answer from: ${services.join(', ')}`);
  return 1;
}
