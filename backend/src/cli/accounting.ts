import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Stop } from '@/infrastructure/concurrency/stop';
import { type Account, type Audit, showAccounts, showAudit } from './accounting-output';
import { OpsClient, RefusedByPlatform } from './ops-client';
import { complain, runCommand, say } from './run-command';

const USAGE = `usage: npm run accounting -- [--audit] [--topic NAME] [--group NAME] [--handler NAME] [--json]
  What became of every event, by group, handler and topic. Exit status 1 when one does not have exactly one outcome,
  and when no handler is of that name, group and topic.
  --audit    reads the raw log again and compares each record with the outcome that is stored of it; Ctrl-C ends it
  --json     everything as JSON, offsets of gaps and findings from the first to the one after the last
The platform is that of OPS_URL (http://127.0.0.1:3000), its operator's token OPERATOR_TOKEN.`;

const PATH = '/ops/api/accounting';
const LOOK_MS = 500;
const PAGE = 500;
const MOST_QUESTIONS = 10;

const accountPage = z.object({
  items: z.array(z.custom<Account>()),
  nextCursor: z.string().nullable(),
  unreachable: z.array(z.string()),
});
const auditAnswer = z.custom<Audit>();

process.exitCode = await runCommand(USAGE, run);

async function run(): Promise<number> {
  const { audit, json, help, ...filter } = parseArgs({
    options: {
      audit: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      topic: { type: 'string' },
      group: { type: 'string' },
      handler: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
  if (help) {
    say(USAGE);
    return 0;
  }
  const client = OpsClient.of(process.env);
  const { accounts, unreachable } = await readAll(client, filter);
  if (!json) showAccounts(accounts);
  const audited = audit ? await runAudit(client, filter, !json) : undefined;
  const silent = [...new Set([...unreachable, ...(audited?.unreachable ?? [])])];
  if (json)
    say(JSON.stringify({ accounts, ...(audited ? { audit: audited } : {}), unreachable: silent }, null, 2));
  else if (audited) showAudit(audited);
  // A misspelt name must not look like a sound account.
  const unknown = accounts.length === 0 && silent.length === 0 && Object.keys(filter).length > 0;
  if (unknown) complain(`no handler is of that ${Object.keys(filter).join(' and ')}`);
  if (silent.length > 0) complain(`not all is shown, these services do not answer: ${silent.join(', ')}`);
  const wrong = accounts.some(({ remainder }) => remainder !== 0);
  const unsound = audited !== undefined && (audited.state !== 'finished' || audited.findings.length > 0);
  return wrong || unsound || unknown || silent.length > 0 ? 1 : 0;
}

type Filter = { readonly [Name in 'topic' | 'group' | 'handler']?: string | undefined };

async function readAll(client: OpsClient, filter: Filter) {
  const accounts: Account[] = [];
  const unreachable = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await patiently(() => client.get(PATH, accountPage, { ...filter, limit: PAGE, cursor }));
    accounts.push(...page.items);
    for (const service of page.unreachable) unreachable.add(service);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { accounts, unreachable: [...unreachable] };
}

/** Large accounts take longer than an answer may; the next question waits for the reading that is under way. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let asked = 1; ; asked++) {
    try {
      return await ask();
    } catch (error) {
      const late = error instanceof RefusedByPlatform && error.code === 'ANSWER_TIMEOUT';
      if (!late || asked === MOST_QUESTIONS) throw error;
    }
  }
}

/** Ctrl-C stops the audit in the platform and shows what it has found by then. */
async function runAudit(client: OpsClient, filter: Filter, shown: boolean): Promise<Audit> {
  const { id } = await client.post(`${PATH}/audit`, auditAnswer, filter);
  const interrupted = new Stop();
  process.once('SIGINT', () => interrupted.request());
  let stopped = false;
  for (;;) {
    await (stopped ? pause(LOOK_MS) : interrupted.wait(LOOK_MS));
    if (interrupted.requested && !stopped) {
      stopped = true;
      await client.delete(`${PATH}/audit/${id}`, auditAnswer);
    }
    const audit = await client.get(`${PATH}/audit/${id}`, auditAnswer);
    if (shown && process.stderr.isTTY) {
      process.stderr.write(`\r${audit.done} of ${audit.total} offsets, ${audit.findings.length} findings `);
    }
    if (audit.endedAt !== null) {
      if (shown && process.stderr.isTTY) process.stderr.write('\n');
      return audit;
    }
  }
}
