import type { ReplayCounts } from '@/infrastructure/kafka/replay/replay';
import type { ReplayDetail, ReplayView } from '@/infrastructure/kafka/replay/replay-view';
import { say } from '../run-command';

export function tellLine({ id, state, mode, startedAt, startedBy, ...replay }: ReplayView): void {
  const what = `${replay.topics.join(',')} -> ${replay.handlers.join(',')}`;
  say(
    `${id}  ${state.padEnd(11)} ${mode.padEnd(7)} ${startedAt}  ${startedBy}  ${what}  ${percentOf(replay)}`,
  );
}

export function tellDetail(replay: ReplayDetail): void {
  tellLine(replay);
  for (const { topic, partition, from, to, position } of replay.partitions) {
    say(`  ${topic}/${partition}  ${from} to ${to}, at ${position}`);
  }
  for (const note of replay.notes) say(`  ${note}`);
  tellResult(replay);
}

/** What came of it, and what was not run. */
export function tellResult({ counts, cause, difference, troubles }: ReplayDetail): void {
  say(`  ${countsText(counts)}`);
  tellCounts('would have published', counts.mutedEvents);
  tellCounts('would have called', counts.mutedCalls);
  for (const [table, { inserted, updated, deleted }] of Object.entries(difference?.tables ?? {})) {
    say(`  ${table}: ${inserted} rows inserted, ${updated} updated, ${deleted} deleted`);
  }
  if (cause) say(`  ${cause.code}: ${cause.message}`);
  for (const { kind, topic, partition, offset, handler, code, message } of troubles) {
    say(`  ${kind}  ${topic}/${partition} at ${offset}  ${handler}  ${code}: ${message}`);
  }
}

export function countsText({ run, leftOut, failed, held }: ReplayCounts): string {
  const reasons = Object.entries(leftOut).map(([why, count]) => `${count} ${why}`);
  const out = reasons.length === 0 ? '' : `, left out: ${reasons.join(', ')}`;
  return `${run} run${out}, ${failed} failed, ${held} held back`;
}

export function percentOf({ progress: { done, total } }: Pick<ReplayView, 'progress'>): string {
  return `${done} of ${total} (${total === 0 ? 100 : Math.floor((100 * done) / total)} %)`;
}

function tellCounts(what: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) say(`  ${what}: ${count} ${name}`);
}
