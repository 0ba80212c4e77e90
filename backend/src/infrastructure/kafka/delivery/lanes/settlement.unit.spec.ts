import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Stop } from '@/infrastructure/concurrency/stop';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import { Metrics } from '@/infrastructure/observability/metrics';
import { MemoryDeliveryStore } from '@/testing/delivery/memory-delivery-store';
import { codec, handlerOf, recordOf, silent, TOPIC } from '@/testing/delivery/membership-fixture';
import { CommittedDeliveryStore } from '../committed-delivery-store';
import type { DeliveryStore, ParkedRow, Tenure } from '../delivery-store.port';
import { NotHereError } from '../delivery.errors';
import { OutcomeObserver } from '../outcome-observer';
import { EventOpener } from '../runs/event-opener';
import { OutcomeWriter } from '../runs/outcome-writer';
import { RunMeter } from '../runs/run-meter';
import type { RunFailure } from '../runs/run-result';
import { SubscriptionPlan } from '../runs/subscription-plan';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import type { Delivery } from './delivery';
import { Settlement } from './settlement';

const retry = { attempts: 3, firstDelayMs: 100, longestDelayMs: 250, fatal: [] };
const stock = handlerOf('stock', ['created'], () => undefined, { options: { retry } });
const mail = handlerOf('mail', ['created'], () => undefined, { options: { retry, onDead: 'wait' } });
const plans = new SubscriptionPlan([stock, mail], true);
const opener = new EventOpener(codec, { ms: Number.POSITIVE_INFINITY, now: 0 });

let memory: MemoryDeliveryStore;
let tenure: Tenure;

beforeEach(async () => {
  // Coalesced writes go with the next turn, which stays real.
  vi.useFakeTimers({ toFake: ['performance'] });
  memory = new MemoryDeliveryStore();
  const [taken] = await memory.acquire('g', [{ topic: TOPIC, partition: 0 }]);
  if (!taken) throw new Error('nothing was acquired');
  ({ tenure } = taken);
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function settlementOn(store: DeliveryStore): Settlement {
  const writer = new OutcomeWriter(store, new Stop(), silent);
  return new Settlement({
    store,
    writer,
    opener,
    meter: new RunMeter(new Metrics(), new OutcomeObserver(), silent),
  });
}

function deliveryOf(change: Partial<Delivery> = {}): Delivery {
  const record = recordOf(5n, 'k', 'created');
  const plan = plans.of('created');
  return {
    ...{ tenure, record, lane: 'kk', bytes: 1, plan, attempts: 0 },
    ...{ entry: undefined, row: undefined, ahead: undefined },
    ...change,
  };
}

const failureOf = (
  handler: HandlerRegistration | undefined,
  change: Partial<RunFailure> = {},
): RunFailure => ({
  event: opener.known(recordOf(5n, 'k', 'created')),
  handler,
  error: new Error('no stock'),
  remaining: [],
  final: handler === undefined,
  ...change,
});

async function settle(failure: RunFailure, delivery = deliveryOf(), store: DeliveryStore = memory) {
  const { kind } = await settlementOn(store).failed(delivery, failure, plans);
  const [row] = memory.parking.rows.values();
  return { kind, row, letter: memory.letters[0] };
}

/** As it is in the table after so many failed runs of its handler. */
async function parked(attempts: number, pending = ['stock', 'mail']): Promise<ParkedRow> {
  const handler = pending[0] ?? null;
  const row = {
    record: recordOf(5n, 'k', 'created'),
    lane: 'kk',
    pending,
    handler,
    attempts,
    editedValue: null,
  };
  memory.parking.put({ ...row, tenure, state: 'waiting', dueAt: 0 });
  return { ...row, state: 'waiting' };
}

describe('a failed run', () => {
  it('parks its event with the handlers that have not run, and the wait grows up to its longest', async () => {
    const waits: number[] = [];
    for (const attempts of [0, 1]) {
      memory.parking.rows.clear();
      const row = attempts > 0 ? await parked(attempts) : undefined;
      const now = performance.now();
      const end = await settle(failureOf(stock, { remaining: [mail] }), deliveryOf({ row }));
      expect(end).toMatchObject({ kind: 'parked', row: { attempts: attempts + 1, handler: 'stock' } });
      expect(end.row?.pending).toEqual(['stock', 'mail']);
      waits.push((end.row?.dueAt ?? 0) - now);
    }
    expect(waits).toEqual([100, 200]);
  });

  it('counts the runs of one handler, not those of an earlier one of the event', async () => {
    const row = await parked(2, ['stock', 'mail']);
    expect(await settle(failureOf(mail), deliveryOf({ row }))).toMatchObject({
      kind: 'parked',
      row: { handler: 'mail', attempts: 1, pending: ['mail'] },
    });
  });

  it.each([0, 2, 3])(
    'waits, at no cost, for a process that has what it needs, after %i failures',
    async (attempts) => {
      class LaterBuildError extends NotHereError {
        readonly code = 'LATER_BUILD';
      }
      const row = attempts > 0 ? await parked(attempts) : undefined;
      const error = new Error('not run', { cause: new LaterBuildError('wanted by the spec') });
      const now = performance.now();
      const end = await settle(failureOf(stock, { error }), deliveryOf({ row }));
      expect(end).toMatchObject({ kind: 'parked', letter: undefined, row: { handler: 'stock', attempts } });
      expect((end.row?.dueAt ?? 0) - now).toBe(2_000);
    },
  );

  it('keeps handlers in the row that this process does not have', async () => {
    const row = await parked(1, ['stock', 'elsewhere']);
    const { row: next } = await settle(failureOf(stock), deliveryOf({ row }));
    expect(next?.pending).toEqual(['stock', 'elsewhere']);
  });

  it.each([
    ['its last attempt', failureOf(stock), 2],
    ['an error that no run can help', failureOf(stock, { final: true }), 0],
  ])('is the death of its event after %s, and its lane flows', async (_, failure, attempts) => {
    const row = attempts > 0 ? await parked(attempts) : undefined;
    const end = await settle(failure, deliveryOf({ row }));
    expect(end).toMatchObject({ kind: 'gone', row: undefined });
    expect(end.letter).toMatchObject({
      letter: { handler: 'stock', attempts: attempts + 1, cause: { message: 'no stock' } },
      laneWaits: false,
    });
  });

  it('leaves a dead event to the handlers that remain', async () => {
    expect(await settle(failureOf(stock, { final: true, remaining: [mail] }))).toMatchObject({
      kind: 'goes-on',
      row: { state: 'waiting', pending: ['mail'], attempts: 0 },
    });
  });

  it('makes the lane wait for a person where its handler says so', async () => {
    expect(await settle(failureOf(mail, { final: true, remaining: [stock] }))).toMatchObject({
      kind: 'waits',
      row: { state: 'dead', dueAt: null, pending: ['mail', 'stock'] },
    });
  });

  it('before a handler was chosen is dead for all, and waits where one of them would', async () => {
    expect(await settle(failureOf(undefined))).toMatchObject({
      kind: 'waits',
      row: { state: 'dead', pending: ['*'] },
      letter: { letter: { handler: '*', attempts: 1 } },
    });
  });

  it('is tried again in memory where there is no table, and then ends in the dead-letter topic', async () => {
    const append = vi.fn();
    const committed = new CommittedDeliveryStore({ append } as unknown as EventTransport);
    const [taken] = await committed.acquire('g', [{ topic: TOPIC, partition: 0, committed: 0n }]);
    if (!taken) throw new Error('nothing was acquired');
    const own = { tenure: taken.tenure };
    const settlement = settlementOn(committed);
    expect(await settlement.failed(deliveryOf({ ...own, attempts: 1 }), failureOf(stock), plans)).toEqual({
      kind: 'again',
      afterMs: 200,
    });
    expect(append).not.toHaveBeenCalled();
    const last = deliveryOf({ ...own, attempts: 2 });
    expect(await settlement.failed(last, failureOf(stock), plans)).toEqual({ kind: 'gone' });
    expect(append).toHaveBeenCalledOnce();
  });
});

describe('an event behind another', () => {
  const behind = (type: string, header: string | null) =>
    settlementOn(memory).parkBehind(
      deliveryOf({
        record: recordOf(6n, 'k', type, { header }),
        plan: header === null ? undefined : plans.of(header),
      }),
      plans,
      turn,
    );
  const turn = { before: Promise.resolve(), taken: () => undefined };

  it('waits for all of its handlers', async () => {
    expect(await behind('created', 'created')).toEqual({ codes: [0, 0], added: true });
    expect([...memory.parking.rows.values()]).toMatchObject([
      { state: 'behind', pending: ['stock', 'mail'], dueAt: null },
    ]);
  });

  it('waits also where it cannot be read', async () => {
    expect(await behind('undecodable', null)).toEqual({ codes: [0, 0], added: true });
  });

  it('need not wait where only its bytes say that nobody takes it', async () => {
    expect(await behind('foreign', null)).toEqual({ codes: [1, 1], added: false });
    expect(memory.parking.rows.size).toBe(0);
  });
});
