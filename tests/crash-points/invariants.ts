import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { eventually } from '@/testing/eventually';
import type { TestKafka } from '@/testing/provided-context';

export interface CheckedShop {
  readonly databaseUrl: string;
  readonly simulatorUrl: string;
  readonly kafka?: TestKafka | undefined;
}

const COMMAND = join(import.meta.dirname, '../../backend/dist/cli/invariants.js');
/** Mails and counters follow an order after its end. */
const SETTLED_WITHIN_MS = 30_000;

interface Report {
  readonly standings: readonly { readonly standing: string }[];
  readonly violations: readonly unknown[];
}

/** `npm run invariants -- --settled`, on raw topics and the provider's ledger, until it finds nothing. */
export async function expectInvariants(shop: CheckedShop): Promise<void> {
  let output = '';
  await eventually(
    async () => {
      output = await check(shop);
      const { standings, violations } = JSON.parse(output) as Report;
      return violations.length === 0 && standings.every(isChecked);
    },
    { withinMs: SETTLED_WITHIN_MS },
  ).catch((cause: unknown) => {
    throw new Error(`The invariants do not hold:\n${output}`, { cause });
  });
}

const isChecked = ({ standing }: Report['standings'][number]): boolean => standing !== 'unchecked';

/** The report; where it could not be checked, why. */
async function check({ databaseUrl, simulatorUrl, kafka }: CheckedShop): Promise<string> {
  const child = spawn(
    process.execPath,
    [COMMAND, '--json', '--settled', '--young', '0', '--ledger', simulatorUrl],
    {
      env: {
        PATH: process.env['PATH'],
        LOG_LEVEL: 'warn',
        DATABASE_URL: databaseUrl,
        EVENT_TRANSPORT: kafka ? 'kafka' : 'embedded',
        ...(kafka ? { KAFKA_BROKERS: kafka.brokers.join(','), SCHEMA_REGISTRY_URL: kafka.registryUrl } : {}),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out || err;
}
