import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { ProjectionView } from '@/infrastructure/event-store/projection-rebuilds';
import type { RebuildKind, RebuildView } from '@/infrastructure/event-store/rebuild-rows';
import { OpsClient } from './ops-client';
import { runCommand, say, UsageError } from './run-command';

const USAGE = `usage: npm run projections -- COMMAND [options]

  list                   the tables that are made of streams, and how far each is behind them
  rebuild NAME           makes its tables anew beside the live ones, and exchanges them
  compare NAME           makes them anew, and only tells whether the live ones are the same
  order ID [--version N] an order as it was at a version, the last one by default

  --json                 the platform's answer as it is

Exit status: 0 done, 1 refused, failed or not the same, 2 not understood. The platform is at OPS_URL (default
http://127.0.0.1:3000); OPERATOR_TOKEN is its token.`;

const PATH = '/ops/api/projections';
const LOOK_AGAIN_MS = 250;

const projectionPage = z.object({ items: z.array(z.custom<ProjectionView>()) });
const rebuildView = z.custom<RebuildView>();
const anything = z.looseObject({});

process.exitCode = await runCommand(USAGE, run);

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      version: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, name, ...more] = positionals;
  if (values.help || command === 'help') {
    say(USAGE);
    return 0;
  }
  const client = OpsClient.of(process.env);
  if (more.length > 0) throw new UsageError(`What is '${more.join(' ')}'?`);
  if (command === 'list' && name === undefined) return list(client, values.json);
  if (name === undefined) throw new UsageError(command === undefined ? 'Which command?' : 'Which one?');
  if (command === 'rebuild' || command === 'compare') return rebuild(client, name, command, values.json);
  if (command !== 'order') throw new UsageError(`There is no command '${command}'.`);
  const order = await client.get(`/ops/api/orders/${encodeURIComponent(name)}`, anything, {
    version: values.version,
  });
  say(JSON.stringify(order, null, values.json ? undefined : 2));
  return 0;
}

async function list(client: OpsClient, json: boolean): Promise<number> {
  const page = await client.get(PATH, projectionPage);
  if (json) say(JSON.stringify(page));
  for (const { name, tables, lag, lastRebuild } of json ? [] : page.items) {
    const behind =
      lag.events === 0
        ? 'up to date'
        : `${lag.events} events of ${lag.streams} streams behind, for ${lag.seconds.toFixed(1)} s`;
    say(`${name}  ${tables.join(', ')}  ${behind}`);
    if (lastRebuild) tellRebuild(lastRebuild);
  }
  return 0;
}

/** Until it has ended; the platform goes on with it when this command is ended. */
async function rebuild(client: OpsClient, name: string, kind: RebuildKind, json: boolean): Promise<number> {
  const begun = await client.post(`${PATH}/${encodeURIComponent(name)}/rebuild`, rebuildView, { kind });
  for (;;) {
    const { items } = await client.get(PATH, projectionPage);
    const last = items.find((projection) => projection.name === name)?.lastRebuild;
    if (!last || last.id !== begun.id || last.state !== 'running') {
      const ended = last ?? begun;
      if (json) say(JSON.stringify(ended));
      else tellRebuild(ended);
      return ended.state === 'done' && (kind === 'rebuild' || isSame(ended)) ? 0 : 1;
    }
    await pause(LOOK_AGAIN_MS);
  }
}

function tellRebuild({ kind, state, streams, events, hashes, error, begunBy }: RebuildView): void {
  say(`  ${kind} by ${begunBy}: ${state}, ${streams} streams, ${events} events`);
  if (error) say(`  ${error.code}: ${error.message}`);
  for (const [table, { live, rebuilt }] of Object.entries(hashes ?? {})) {
    say(`  ${table}: ${live === null ? 'was not there' : live === rebuilt ? 'was the same' : 'differed'}`);
  }
}

function isSame({ hashes }: RebuildView): boolean {
  return Object.values(hashes ?? {}).every(({ live, rebuilt }) => live === rebuilt);
}
