import type { AccountFigures, AccountName, OffsetRange } from '@/infrastructure/kafka/accounting/account';
import type { AuditJob } from '@/infrastructure/kafka/accounting/audit/audit-job';
import { table } from '@/infrastructure/kafka/setup/table';
import { say } from './run-command';

export interface Account extends AccountName, AccountFigures {
  readonly gaps: readonly OffsetRange[];
  readonly conflicts: readonly OffsetRange[];
  readonly rangesLeftOut: number;
}
export type Audit = AuditJob & { readonly unreachable: readonly string[] };

const LISTED = 20;
const FIGURES = [
  'produced',
  'handled',
  'ignored',
  'retrying',
  'dead',
  'skipped',
  'expired',
  'void',
  'waiting',
  'remainder',
] as const satisfies readonly (keyof AccountFigures)[];

export function showAccounts(accounts: readonly Account[]): void {
  const rows = accounts.map((account) => [
    account.group,
    account.handler,
    account.topic,
    ...FIGURES.map((figure) => account[figure]),
  ]);
  for (const line of table(['group', 'handler', 'topic', ...FIGURES], rows)) say(line);
  for (const account of accounts.filter(({ remainder }) => remainder !== 0)) {
    const place = `${account.group} ${account.handler} ${account.topic}`;
    for (const range of account.gaps.slice(0, LISTED)) say(`no outcome: ${place} ${offsets(range)}`);
    for (const range of account.conflicts.slice(0, LISTED)) say(`two outcomes: ${place} ${offsets(range)}`);
    const more = Math.max(0, account.gaps.length - LISTED) + Math.max(0, account.conflicts.length - LISTED);
    if (more + account.rangesLeftOut > 0) say(`  and ${more + account.rangesLeftOut} more ranges of it`);
  }
}

export function showAudit({ state, records, done, total, findings, findingsLeftOut, error }: Audit): void {
  for (const { fault, group, handler, topic, eventType, ...range } of findings) {
    say(`${fault}: ${group} ${handler} ${topic} ${offsets(range)}${eventType ? ` ${eventType}` : ''}`);
  }
  if (findingsLeftOut > 0) say(`  and ${findingsLeftOut} more findings`);
  const ended = error ? `${state} with ${error.code}: ${error.message}` : state;
  say(
    `audit ${ended}: ${records} records, ${done} of ${total} offsets, ${findings.length + findingsLeftOut} findings`,
  );
}

const offsets = ({ partition, from, to }: OffsetRange): string =>
  to - from === 1
    ? `partition ${partition} offset ${from}`
    : `partition ${partition} offsets ${from} to ${to - 1}`;
