import { describe, expect, it, vi } from 'vitest';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import { handlerOf, recordOf, TOPIC } from '@/testing/delivery/membership-fixture';
import { deliveryOptions, type DeliveryOptions } from '../delivery.options';
import { GATHERING_MS } from '../runs/gathering';
import type { RunResult } from '../runs/run-result';
import { SubscriptionPlan } from '../runs/subscription-plan';
import { TransactionSlots } from '../runs/transaction-slots';
import type { Delivery } from './delivery';
import { Dispatcher, type DispatcherOptions } from './dispatcher';
import { Lane } from './lane';

const run = () => undefined;
const batchOf = (name: string, effects: 'transaction' | 'external', maxEvents: number) =>
  handlerOf(name, [name], run, { options: { effects }, batch: { run, maxEvents } });

const handlers: readonly HandlerRegistration[] = [
  handlerOf('sql', ['sql'], run),
  handlerOf('own', ['own'], run, { options: { effects: 'transaction', interleaves: true } }),
  handlerOf('mail', ['mail'], run, { options: { effects: 'external' } }),
  batchOf('rows', 'transaction', 4),
  batchOf('calls', 'external', 4),
];

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Lanes of a partition, and runs that end when the spec says so. */
class Subscription {
  /** The offsets of each run under way or over. */
  readonly runs: string[] = [];
  readonly settled: string[] = [];
  begins = true;
  readonly plans: SubscriptionPlan;
  readonly dispatcher: Dispatcher;
  private readonly open: ((failure?: Error) => void)[] = [];

  constructor(limits: Partial<DeliveryOptions> = {}, transactional = true, slots?: TransactionSlots) {
    const checked = deliveryOptions.parse(limits);
    this.plans = new SubscriptionPlan(handlers, transactional);
    const together = { run: (deliveries: readonly Delivery[]) => this.run(deliveries) };
    this.dispatcher = new Dispatcher(this.plans, {
      alone: { begin: async (delivery: Delivery) => (await this.run([delivery]))[0] },
      shared: { ...together, room: checked.eventsPerTransaction },
      batch: together,
      slots: slots ?? new TransactionSlots(checked.transactions),
      limits: checked,
    } as unknown as DispatcherOptions);
  }

  ready(key: string, ...types: readonly string[]): void {
    const lane = new Lane(key);
    for (const [nth, type] of types.entries()) lane.live.push(this.delivery(key, BigInt(nth), type));
    this.dispatcher.ready({
      lane,
      begin: () => this.begins,
      settle: (delivered) =>
        this.settled.push(...delivered.map(({ delivery, result }) => `${nameOf(delivery)} ${result.kind}`)),
    });
  }

  end(failure?: Error): void {
    this.open.shift()?.(failure);
  }

  private delivery(key: string, offset: bigint, type: string): Delivery {
    const record = recordOf(offset, key, type);
    const tenure = { group: 'g', topic: TOPIC, topicId: 't', partition: 0, epoch: 1n };
    const none = { entry: undefined, row: undefined, ahead: undefined };
    return { tenure, record, lane: key, bytes: 1, plan: this.plans.of(type), attempts: 0, ...none };
  }

  private async run(deliveries: readonly Delivery[]): Promise<RunResult[]> {
    this.runs.push(deliveries.map(nameOf).join(' '));
    await new Promise<void>((resolve, reject) => {
      this.open.push((failure) => (failure ? reject(failure) : resolve()));
    });
    return deliveries.map(() => ({ kind: 'done', codes: [] }));
  }
}

const nameOf = ({ lane, record }: Delivery) => `${lane}${record.offset}`;

describe('Dispatcher', () => {
  it('runs so many lanes at once, each by itself', async () => {
    const subscription = new Subscription({ concurrency: 2 });
    for (const key of ['a', 'b', 'c']) subscription.ready(key, 'mail', 'mail');
    expect(subscription.runs).toEqual(['a0', 'b0']);
    subscription.end();
    await turn();
    expect(subscription.runs).toEqual(['a0', 'b0', 'c0']);
    expect(subscription.settled).toEqual(['a0 done']);
  });

  it('puts into one transaction what waits, of each lane in order and not too much', async () => {
    const subscription = new Subscription({ transactions: 1, eventsPerTransaction: 20 });
    subscription.ready('x', 'sql');
    subscription.ready('a', ...Array.from({ length: 30 }, () => 'sql'));
    subscription.ready('b', 'sql', 'sql', 'mail', 'sql');
    subscription.ready('c', 'sql', 'sql', 'sql');
    subscription.end();
    await turn();
    const [, second] = subscription.runs;
    const first16 = Array.from({ length: 16 }, (_, nth) => `a${nth}`);
    expect(second?.split(' ')).toEqual([...first16, 'b0', 'b1', 'c0', 'c1']);
  });

  it('keeps a batch to one handler and its size', async () => {
    const subscription = new Subscription({ transactions: 1 });
    subscription.ready('x', 'rows');
    subscription.ready('a', 'rows', 'rows', 'calls');
    subscription.ready('b', 'calls');
    subscription.ready('c', 'rows', 'rows', 'rows');
    for (let ended = 0; ended < 3; ended++) {
      subscription.end();
      await turn();
    }
    expect(subscription.runs).toEqual(['x0', 'a0 a1 c0 c1', 'b0']);
  });

  it.each([
    ['outside SQL', 'calls', true],
    ['without a database', 'rows', false],
  ])('takes one event of a key into a batch %s', async (_, type, transactional) => {
    const subscription = new Subscription({ transactions: 1 }, transactional);
    subscription.ready('x', type);
    for (const key of ['a', 'b']) subscription.ready(key, type, type);
    subscription.end();
    await turn();
    expect(subscription.runs).toEqual(['x0', 'a0 b0']);
  });

  it('begins nothing while it is held, however often, and then goes on', async () => {
    const subscription = new Subscription();
    subscription.ready('a', 'mail');
    const holds = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    for (const { promise } of holds) subscription.dispatcher.hold(promise);
    for (const type of ['mail', 'sql', 'rows']) subscription.ready(type, type);
    subscription.end();
    await turn();
    expect(subscription.settled).toEqual(['a0 done']);
    holds[0]?.resolve();
    await turn();
    expect([subscription.dispatcher.held, subscription.runs]).toEqual([true, ['a0']]);
    holds[1]?.reject(new Error('gave up waiting'));
    await turn();
    expect(subscription.runs).toEqual(['a0', 'mail0', 'sql0', 'rows0']);
  });

  it.each(['own', 'rows'])(
    'lets events gather while a transaction of the service is under way that takes many for the price of few: %s',
    async (type) => {
      const slots = new TransactionSlots(8);
      const [one, other] = [new Subscription({}, true, slots), new Subscription({}, true, slots)];
      for (const key of ['a', 'b', 'c']) one.ready(key, type);
      for (const key of ['d', 'e']) other.ready(key, type);
      expect([one.runs, other.runs]).toEqual([['a0'], []]);
      one.end();
      await turn();
      // Whoever waited first goes first.
      expect([one.runs, other.runs]).toEqual([['a0', 'b0 c0'], []]);
      one.end();
      await turn();
      expect(other.runs).toEqual(['d0 e0']);
    },
  );

  it('lets nothing gather that fills a transaction by itself', () => {
    const subscription = new Subscription({ eventsPerTransaction: 2 });
    for (const key of ['a', 'b', 'c', 'd']) subscription.ready(key, 'own');
    expect(subscription.runs).toEqual(['a0', 'b0 c0']);
  });

  it('keeps what gathers waiting no longer than that where a handler hangs', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const subscription = new Subscription();
      for (const key of ['a', 'b', 'c']) subscription.ready(key, 'own');
      vi.advanceTimersByTime(GATHERING_MS - 1);
      expect(subscription.runs).toEqual(['a0']);
      vi.advanceTimersByTime(1);
      expect(subscription.runs).toEqual(['a0', 'b0 c0']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives the slot back whatever a run came to, and tells its lanes', async () => {
    const subscription = new Subscription({ transactions: 1 });
    subscription.ready('a', 'sql');
    subscription.ready('b', 'sql');
    subscription.ready('c', 'mail');
    subscription.end(new Error('a fault of ours'));
    await turn();
    subscription.end(new Error('another'));
    subscription.end();
    await turn();
    expect(subscription.settled.toSorted()).toEqual(['a0 unavailable', 'b0 done', 'c0 unavailable']);
  });

  it('passes over lanes whose tenure has ended, and begins nothing after a stop', async () => {
    const subscription = new Subscription({ transactions: 1 });
    subscription.begins = false;
    for (const type of ['mail', 'sql', 'rows']) subscription.ready(type, type);
    await turn();
    subscription.begins = true;
    subscription.ready('a', 'sql');
    await turn();
    expect(subscription.runs).toEqual(['a0']);
    subscription.dispatcher.stop();
    subscription.ready('b', 'mail');
    subscription.end();
    await turn();
    expect([subscription.runs, subscription.settled]).toEqual([['a0'], ['a0 done']]);
  });
});
