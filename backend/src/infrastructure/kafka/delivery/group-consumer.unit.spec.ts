import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryDeliveryStore } from '@/testing/delivery/memory-delivery-store';
import { groupParts, handlerOf, recordOf, TOPIC } from '@/testing/delivery/membership-fixture';
import { eventually } from '@/testing/eventually';
import { OwnershipLostError } from '../transport/transport.errors';
import type {
  EventTransport,
  FetchedBatch,
  GroupListener,
  GroupMember,
  Position,
  TopicPartition,
} from '../transport/transport.port';
import { GroupConsumer } from './group-consumer';

const ORDERS = { topic: TOPIC, partition: 0 };

const batch = (...offsets: readonly bigint[]): FetchedBatch => {
  const end = (offsets.at(-1) ?? -1n) + 1n;
  const records = offsets.map((offset) => recordOf(offset, null, 'order.created'));
  return { ...ORDERS, records, nextOffset: end, endOffset: end };
};

/** A log that does what the spec says, and a handler that notes what it got. */
class Surroundings {
  joins = 0;
  refuseJoins = 0;
  listener: GroupListener | undefined;
  paused = false;
  /** What the log says that the member owns. */
  owned: readonly TopicPartition[] = [];
  readonly sought: Position[] = [];
  readonly committed: Position[] = [];
  readonly handled: bigint[] = [];
  readonly store = new MemoryDeliveryStore();
  onClose: () => Promise<void> = async () => undefined;
  handle: () => Promise<void> = async () => undefined;
  from: 'now' | 'beginning' = 'now';
  readonly consumer: GroupConsumer;

  constructor() {
    const handler = handlerOf(
      'h',
      ['order.created'],
      async (_, { offset }) => {
        this.handled.push(offset);
        await this.handle();
      },
      { options: { effects: 'external' } },
    );
    const handlers = () => [{ ...handler, options: { ...handler.options, from: this.from } }];
    const registered = handlers();
    const parts = groupParts(this.store, () => registered, { parkedPerKey: 2, drainMs: 200 });
    const join = async (_: unknown, listener: GroupListener): Promise<GroupMember> => {
      this.joins += 1;
      if (this.joins <= this.refuseJoins) throw new Error('no broker answers');
      this.listener = listener;
      return {
        memberId: String(this.joins),
        assignment: () => this.owned,
        pause: () => (this.paused = true),
        resume: () => (this.paused = false),
        seek: (position) => void this.sought.push(position),
        commit: async (positions) => void this.committed.push(...positions),
        close: () => this.onClose(),
      } as GroupMember;
    };
    this.consumer = new GroupConsumer({
      ...parts,
      transport: { ...parts.transport, join } as unknown as EventTransport,
    });
  }

  async assign(): Promise<readonly Position[]> {
    if (!this.listener) throw new Error('Nobody has joined.');
    return this.listener.assigned([{ ...ORDERS, committed: null }]);
  }

  get epoch(): bigint | undefined {
    return this.store.saved.get(0)?.tenure.epoch;
  }
}

let around: Surroundings;
beforeEach(() => {
  around = new Surroundings();
});

const savedUpTo = (offset: bigint) => eventually(() => around.store.saved.get(0)?.watermark === offset);

describe('a group consumer', () => {
  it('joins again after a join that failed', async () => {
    around.refuseJoins = 1;
    await expect(around.consumer.subscribe([TOPIC])).rejects.toThrow('no broker answers');
    expect(around.consumer.active).toBe(false);
    await around.consumer.subscribe([TOPIC]);
    expect(around.joins).toBe(2);
    expect(around.consumer.active).toBe(true);
    expect(around.consumer.subscribed()).toEqual([TOPIC]);
    await around.consumer.subscribe([TOPIC]);
    expect(around.joins).toBe(2);
  });

  it('keeps the start of a fresh partition before anything of it is read', async () => {
    await around.consumer.subscribe([TOPIC]);
    expect(await around.assign()).toEqual([{ ...ORDERS, offset: 7n }]);
    expect(around.store.saved.get(0)).toMatchObject({
      watermark: 7n,
      segments: [{ handler: 'h', from: 7n, to: 7n, codes: [], runs: [] }],
    });
  });

  it('saves what it did, tells the log, and saves the rest when it ends', async () => {
    await around.consumer.subscribe([TOPIC]);
    await around.assign();
    around.listener?.records(batch(7n, 8n));
    await savedUpTo(9n);
    await eventually(() => around.committed.some(({ offset }) => offset === 9n));
    around.listener?.records(batch(9n));
    await eventually(() => around.handled.length === 3);
    await around.consumer.close();
    expect(around.store.saved.get(0)?.watermark).toBe(10n);
  });

  it('works on no partition that came while it was leaving', async () => {
    await around.consumer.subscribe([TOPIC]);
    const first = around.listener;
    around.onClose = async () => {
      await expect(around.assign()).rejects.toBeInstanceOf(OwnershipLostError);
      first?.records(batch(7n));
    };
    await around.consumer.subscribe([TOPIC, 'payments']);
    expect(around.handled).toEqual([]);
  });

  it('takes nothing over for a membership that has ended', async () => {
    await around.consumer.subscribe([TOPIC]);
    around.store.fault = (at) => {
      if (at === 'acquire') throw new Error('the database is away');
    };
    const taking = Promise.allSettled([around.assign()]);
    await around.consumer.subscribe([TOPIC, 'payments']);
    expect(await taking).toMatchObject([{ status: 'rejected', reason: { message: 'the database is away' } }]);
    around.store.fault = () => undefined;
    await around.assign();
    expect(around.epoch).toBe(1n);
  });

  it('works no longer on a partition whose new owner has fenced it', async () => {
    await around.consumer.subscribe([TOPIC]);
    await around.assign();
    await around.store.acquire('g', [ORDERS]);
    let asked = false;
    around.store.fault = (at) => {
      asked ||= at === 'seen';
    };
    around.listener?.records(batch(7n));
    await eventually(() => asked);
    around.listener?.records(batch(8n));
    await around.consumer.close();
    expect(around.handled).toEqual([]);
    expect(around.committed).toEqual([]);
  });

  it('takes a partition back that is still its own after the time-out of a session', async () => {
    await around.consumer.subscribe([TOPIC]);
    await around.assign();
    around.owned = [ORDERS];
    // By somebody who had lost it meanwhile, and was slow.
    await around.store.acquire('g', [ORDERS]);
    around.listener?.records(batch(7n, 8n));
    await eventually(() => around.sought.length > 0, { what: 'reading to begin anew' });
    expect(around.handled).toEqual([]);
    expect(around.sought).toEqual([{ ...ORDERS, offset: 7n }]);
    around.listener?.records(batch(7n, 8n));
    await savedUpTo(9n);
    expect(around.epoch).toBe(3n);
    expect(around.handled.toSorted()).toEqual([7n, 8n]);
  });

  it('learns from its progress alone that somebody has taken a partition over', async () => {
    await around.consumer.subscribe([TOPIC]);
    await around.assign();
    around.owned = [ORDERS];
    await around.store.acquire('g', [ORDERS]);
    around.listener?.records({ ...batch(), nextOffset: 9n, endOffset: 9n });
    await eventually(() => around.sought.length > 0, { what: 'reading to begin anew' });
    around.listener?.records({ ...batch(), nextOffset: 9n, endOffset: 9n });
    await savedUpTo(9n);
    expect(around.epoch).toBe(3n);
  });

  it('pauses a partition with too many parked events of a key, and goes on when they are through', async () => {
    await around.consumer.subscribe([TOPIC]);
    await around.assign();
    around.handle = async () => {
      throw new Error('fails');
    };
    const records = [7n, 8n, 9n].map((offset) => recordOf(offset, 'k', 'order.created'));
    around.listener?.records({ ...ORDERS, records, nextOffset: 10n, endOffset: 10n });
    await eventually(() => around.paused);
    around.handle = async () => undefined;
    await eventually(() => !around.paused);
    await eventually(() => around.store.parking.rows.size === 0);
    expect(around.consumer.parked).toBe(0);
  });

  it('leaves in time though a handler never ends', async () => {
    await around.consumer.subscribe([TOPIC]);
    await around.assign();
    around.handle = () => new Promise(() => undefined);
    around.listener?.records(batch(7n));
    await eventually(() => around.handled.length === 1);
    await around.consumer.close();
    expect(around.store.saved.get(0)?.watermark).toBe(7n);
  });

  it('counts what retention removed, and goes on behind it', async () => {
    await around.consumer.subscribe([TOPIC]);
    await around.assign();
    const at = { ...ORDERS, offset: 7n, logStart: 20n, logEnd: 30n };
    expect(await around.listener?.outOfRange(at)).toBe(20n);
    await savedUpTo(20n);
    expect(around.store.saved.get(0)?.segments.flatMap(({ codes }) => codes)).toEqual([4]);
  });

  it('begins at the start of a log that has lost its end', async () => {
    await around.consumer.subscribe([TOPIC]);
    await around.assign();
    const at = { ...ORDERS, offset: 7n, logStart: 0n, logEnd: 3n };
    expect(await around.listener?.outOfRange(at)).toBe(0n);
    around.listener?.records(batch(0n, 1n));
    await eventually(() => around.handled.length === 2);
    await savedUpTo(2n);
  });
});
