import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { ReplayDetail, ReplayView } from '@/infrastructure/kafka/replay/replay-view';
import type { OpsClient } from '../ops-client';
import { say } from '../run-command';
import { countsText, percentOf, tellResult } from './tell';

export const PATH = '/ops/api/replays';
const LOOK_AGAIN_MS = 500;
const CANCELLED = 130;

export const withId = <Item extends { readonly id: string }>() =>
  z.custom<Item>((value) => typeof (value as { id?: unknown } | null)?.id === 'string');
const detail = withId<ReplayDetail>();

/**
 * Shows how a replay comes along until it has ended. Ctrl-C cancels the replay, not only the showing, also when it
 * comes while the replay is being begun.
 */
export async function follow(
  client: OpsClient,
  begin: () => Promise<{ readonly id: string }>,
  asJson: boolean,
): Promise<number> {
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  try {
    const { id } = await begin();
    const replay = await untilEnded(client, `${PATH}/${id}`, interrupted.signal, asJson);
    if (process.stderr.isTTY && !asJson) process.stderr.write('\n');
    return tellEnd(replay, asJson);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  }
}

async function untilEnded(
  client: OpsClient,
  path: string,
  interrupted: AbortSignal,
  asJson: boolean,
): Promise<ReplayDetail> {
  let asked = false;
  for (;;) {
    const replay = await client.get(path, detail);
    if (!isUnderWay(replay)) return replay;
    if (!asJson) showProgress(replay);
    if (interrupted.aborted && !asked) {
      await client.delete(path, detail);
      asked = true;
    }
    await pause(LOOK_AGAIN_MS, undefined, asked ? {} : { signal: interrupted }).catch(() => undefined);
  }
}

export function tellEnd(replay: ReplayDetail, asJson: boolean): number {
  if (asJson) {
    say(JSON.stringify(replay));
  } else {
    say(`${replay.mode} ${replay.state}: ${percentOf(replay)} (${replay.id})`);
    tellResult(replay);
    if (replay.state === 'incomplete' || replay.state === 'interrupted') {
      say(`  npm run replay -- resume ${replay.id}`);
    }
  }
  if (replay.state === 'cancelled') return CANCELLED;
  return replay.state === 'completed' ? 0 : 1;
}

const isUnderWay = ({ state }: ReplayView): boolean => state === 'running';

/** One line that is written over in a terminal, a line each time in a file. */
function showProgress(replay: ReplayView): void {
  const line = `${replay.mode} ${replay.state}: ${percentOf(replay)}, ${countsText(replay.counts)}`;
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
}
