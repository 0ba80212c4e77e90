import { loggerOf } from '@/infrastructure/observability/logger';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import { EmbeddedTransport } from '@/infrastructure/kafka/transport/embedded/embedded-transport';
import { OutboxRelay } from '@/infrastructure/outbox/outbox-relay';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { doorTo, type LogPlace, openLog } from './open-log';

export interface RelaySettings {
  readonly name: string;
  readonly databaseUrl: string;
  readonly log: LogPlace;
  readonly leaseMs: number;
}

/** Between which two acts on a batch the process stops itself. */
export type StopMoment = 'rows read' | 'append begins' | 'append ended';
export type RelayCall =
  | { readonly call: 'report' }
  | { readonly call: 'stop at'; readonly moment: StopMoment }
  | { readonly call: 'end' };

export interface RelayReport {
  readonly shards: number;
  readonly repeated: number;
  /** The most the process has held at any moment so far, in MB. */
  readonly mostRssMb: number;
}

/** The program of a relay that stops itself (SIGSTOP) at a moment it is told. */
const settings = JSON.parse(process.env['RELAY_SETTINGS'] ?? '') as RelaySettings;
let stopAt: StopMoment | undefined;
let repeated = 0;
let mostRss = 0;

function passes(moment: StopMoment): void {
  if (stopAt !== moment) return;
  stopAt = undefined;
  process.kill(process.pid, 'SIGSTOP');
}

/** The same object, except that a method passes the moments before and after. */
function watched<T extends object>(
  target: T,
  method: keyof T,
  begins: StopMoment | undefined,
  ends: StopMoment,
): T {
  const real = target[method] as (...given: unknown[]) => Promise<unknown>;
  const instead = async (...given: unknown[]) => {
    if (begins) passes(begins);
    const answer = await real.apply(target, given);
    // A look at an empty table is no batch.
    if (!Array.isArray(answer) || answer.length > 0) passes(ends);
    return answer;
  };
  return Object.assign(target, { [method]: instead });
}

const database = new Database({
  url: settings.databaseUrl,
  schema: 'shop',
  maxConnections: 2,
  applicationName: settings.name,
});
const transport: EventTransport = await openLog(settings.log);
watched(transport, 'append', 'append begins', 'append ended');
if (transport instanceof EmbeddedTransport)
  watched(transport, 'appendWithin', 'append begins', 'append ended');
const relay = new OutboxRelay({
  database: watched(database, 'rows', undefined, 'rows read'),
  url: settings.databaseUrl,
  door: doorTo(transport, settings.log),
  unitOfWork: new UnitOfWork(database),
  logger: loggerOf(settings.name),
  leaseMs: settings.leaseMs,
  onRepeated: (rows) => {
    repeated += rows;
  },
});
relay.start();
const sampling = setInterval(() => {
  mostRss = Math.max(mostRss, process.memoryUsage.rss());
}, 20);

async function answer(call: RelayCall): Promise<void> {
  if (call.call === 'report') {
    const { shards } = (relay as unknown as { shards: { shards: readonly number[] } }).shards;
    const report: RelayReport = { shards: shards.length, repeated, mostRssMb: mostRss / 1_048_576 };
    process.send?.(report);
  } else if (call.call === 'stop at') {
    stopAt = call.moment;
  } else {
    clearInterval(sampling);
    await relay.stop();
    await transport.close();
    await database.close();
    process.disconnect();
  }
}

process.on('message', (call: RelayCall) => void answer(call));
process.on('disconnect', () => process.exit());
process.send?.('ready');
