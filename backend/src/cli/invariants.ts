import { parseArgs } from 'node:util';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { YOUNG_MS } from '@/infrastructure/invariants/check-invariants';
import { checkPlatform } from '@/infrastructure/invariants/open-check';
import { Platform } from '@/infrastructure/platform/platform';
import { showReport } from './invariants-output';
import { complain, runCommand, say, UsageError } from './run-command';

const USAGE = `usage: npm run invariants -- [--settled] [--young SECONDS] [--ledger URL] [--json]
  Holds the raw log and the payment simulator's ledger against what the services keep; changes nothing. Exit status
  0 when everything holds, 1 when something is violated, 2 when it could not be checked.
  --settled   nothing is on its way any more: an order that has not ended is a violation
  --young     what moved within this time is on its way and only named (${YOUNG_MS / 1_000})
  --ledger    the payment simulator, when it is not where PAYMENT_SIMULATOR_URL or PAYMENT_SIMULATOR_PORT say
  --json      the report as JSON
The shop is that of the environment: DATABASE_URL or DATA_DIR, EVENT_TRANSPORT, KAFKA_BROKERS.`;

const UNCHECKED = 2;

process.exitCode = await runCommand(USAGE, run);

async function run(): Promise<number> {
  const { json, help, settled, young, ledger } = parseArgs({
    options: {
      settled: { type: 'boolean', default: false },
      young: { type: 'string' },
      ledger: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
  if (help) {
    say(USAGE);
    return 0;
  }
  const options = { settled, youngMs: secondsOf(young), ledger: addressOf(ledger) };
  try {
    return await check(options, json);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    complain(`${error.code}: ${error.message}`);
    for (const { path, message } of error.faults) complain(`  ${path}: ${message}`);
    return UNCHECKED;
  }
}

async function check(options: Parameters<typeof checkPlatform>[2], json: boolean): Promise<number> {
  const platform = await Platform.start(process.env);
  try {
    const report = await checkPlatform(platform, process.env, options);
    if (json) say(JSON.stringify(report, null, 2));
    else showReport(report);
    const has = (wanted: string) => report.standings.some(({ standing }) => standing === wanted);
    return has('violated') ? 1 : has('unchecked') ? UNCHECKED : 0;
  } finally {
    await platform.stop();
  }
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return YOUNG_MS;
  if (!/^\d{1,6}$/.test(text)) throw new UsageError('--young takes a whole number of seconds.');
  return Number(text) * 1_000;
}

function addressOf(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new UsageError('--ledger takes an http address.');
  return new URL(text);
}
