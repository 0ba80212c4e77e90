import { type BatchHandler, type SqlSession, sql, UnitOfWork } from '@shop/kafka';
import { performance } from 'node:perf_hooks';
import type { Measured } from '../harness/side.ts';
import { indexOf, type OrderCreated } from '../workload/order-created.ts';
import { workloadOf, type Workload } from '../workload/workload.ts';
import { checkEffects, untilStored } from './parts/effects.ts';
import { firstFetchHere } from './parts/first-fetch.ts';
import { type AppParts, openOurApp, type OrderEvent } from './parts/our-app.ts';
import { connected } from './parts/postgres.ts';
import type { StoringParams } from './parts/side-params.ts';

export interface OursRowsParams extends StoringParams {
  readonly api: 'per event' | 'per event, asking together' | 'set-based';
}

/** Our module with a handler that writes one row an event, through the one API or the other. */
export async function run(params: OursRowsParams): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const handled = new Handled(workload.count);
  const fetching = firstFetchHere();
  const app = await openOurApp(params, {
    schema: params.schema,
    register: (consumer, event, parts) => {
      if (params.api === 'set-based') {
        consumer.registerBatchHandler(event, setBased(workload, handled, parts), { name: 'rows' });
      } else {
        const write = params.api === 'per event' ? oneByOne : together;
        consumer.registerHandler(event, perEvent(workload, handled, parts, write), {
          name: 'rows',
          interleaves: true,
        });
      }
    },
  });
  const client = await connected(params);
  await handled.all;
  await untilStored(client, 'effects', workload.count);
  const ms = fetching.until(performance.now());
  await app.close();
  await checkEffects(client, workload);
  await untilStored(client, 'inbox', workload.count);
  return { ms, perSecond: (workload.count / ms) * 1_000, events: handled.count };
}

/** How many runs have begun: from then on it is worth while to ask the database. */
class Handled {
  count = 0;
  readonly all: Promise<void>;
  private readonly expected: number;
  private readonly resolve: () => void;

  constructor(expected: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.expected = expected;
    this.all = promise;
    this.resolve = resolve;
  }

  add(events: number): void {
    this.count += events;
    if (this.count >= this.expected) this.resolve();
  }
}

interface Row {
  readonly event: number;
  readonly key: number | undefined;
  readonly place: number | undefined;
}

type Write = (unitOfWork: UnitOfWork, row: Row) => Promise<unknown>;

function perEvent({ keyOf, placeOf }: Workload, handled: Handled, parts: AppParts, write: Write) {
  return async ({ data }: OrderEvent): Promise<void> => {
    handled.add(1);
    const event = indexOf(data);
    await write(parts.get(UnitOfWork), { event, key: keyOf[event], place: placeOf[event] });
  };
}

const oneByOne: Write = (unitOfWork, { event, key, place }) =>
  unitOfWork.sql.run(sql`insert into effects (event, key, place) values (${event}, ${key}, ${place})`);

const together: Write = (unitOfWork, row) => unitOfWork.ask(insertAll, row);

async function insertAll(session: SqlSession, rows: readonly Row[]): Promise<readonly undefined[]> {
  await session.run(sql`
    insert into effects (event, key, place)
    select * from unnest(
      ${rows.map(({ event }) => event)}::int[],
      ${rows.map(({ key }) => key)}::int[],
      ${rows.map(({ place }) => place)}::int[]
    )`);
  return rows.map(() => undefined);
}

function setBased({ keyOf, placeOf }: Workload, handled: Handled, parts: AppParts): BatchHandler<OrderEvent> {
  return async (batch) => {
    handled.add(batch.length);
    const events = batch.map(({ event }) => indexOf(event.data as OrderCreated));
    await parts.get(UnitOfWork).sql.run(sql`
      insert into effects (event, key, place)
      select * from unnest(
        ${events}::int[],
        ${events.map((event) => keyOf[event])}::int[],
        ${events.map((event) => placeOf[event])}::int[]
      )`);
  };
}
