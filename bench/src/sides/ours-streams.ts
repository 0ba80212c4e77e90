import { performance } from 'node:perf_hooks';
import { EventStore, newStream } from '../../../backend/dist/infrastructure/event-store/event-store.js';
import { ProjectionRebuild } from '../../../backend/dist/infrastructure/event-store/projection-rebuild.js';
import { outboxMigrations } from '../../../backend/dist/infrastructure/outbox/outbox.migrations.js';
import { UnitOfWork } from '../../../backend/dist/infrastructure/outbox/unit-of-work.js';
import { Database } from '../../../backend/dist/infrastructure/postgres/database.js';
import { migrate } from '../../../backend/dist/infrastructure/postgres/migrate.js';
import { orderProjection } from '../../../backend/dist/services/order/state/order-projection.js';
import { orderStreamDefinition } from '../../../backend/dist/services/order/state/order-stream.definition.js';
import { orderMigrations } from '../../../backend/dist/services/order/state/order.migrations.js';
import type { Measured } from '../harness/side.ts';
import { batchesOf, eventsOf, type StreamsParams } from './parts/order-streams.ts';

type OrderEvent = Parameters<(typeof orderStreamDefinition)['evolve']>[1];
type OrderStream = ReturnType<typeof newStream<ReturnType<(typeof orderStreamDefinition)['evolve']>>>;

/** The order service's streams: events appended one statement at a time, or its tables made of them. */
export async function run(params: StreamsParams): Promise<Measured> {
  const { parts, schema, together } = params;
  const url = parts.postgresUrl;
  await migrate(url, schema, { ...outboxMigrations, ...orderMigrations });
  const database = new Database({ url, schema, maxConnections: 4, applicationName: 'bench' });
  const appended = await measured(params, () => append(params, database));
  if (params.part === 'append') return appended;
  const rebuild = await ProjectionRebuild.begin({
    database,
    url,
    projection: orderProjection,
    pageSize: together,
  });
  const read = await measured(params, async () => {
    const { events } = await rebuild.run({ exchange: true });
    if (events !== eventsOf(params)) throw new Error(`The rebuild has read ${events} events.`);
  });
  await rebuild.release();
  await database.close();
  return read;
}

async function append(params: StreamsParams, database: Database): Promise<void> {
  const unitOfWork = new UnitOfWork(database);
  const store = new EventStore(unitOfWork, { definition: orderStreamDefinition });
  const streams = new Map<string, OrderStream>();
  for (const batch of batchesOf(params)) {
    const decided = batch.map(({ id, version, event }) => {
      const stream = version === 1 ? newStream(id) : streams.get(id);
      if (!stream) throw new Error(`Stream ${id} was not begun.`);
      return { stream: stream as OrderStream, events: [event as OrderEvent] };
    });
    const at = new Date().toISOString();
    for (const stream of await unitOfWork.run(() => store.append(decided, at)))
      streams.set(stream.id, stream);
    if (batch[0]?.version === 6) streams.clear();
  }
}

async function measured(params: StreamsParams, work: () => Promise<void>): Promise<Measured> {
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  return { ms, perSecond: (eventsOf(params) / ms) * 1_000 };
}
