import { beforeEach, describe, expect, it } from 'vitest';
import type {
  EventTransport,
  FetchedBatch,
  GroupListener,
  GroupMember,
  Position,
} from '../transport/transport.port';
import { loggerOf } from '@/infrastructure/observability/logger';
import { Metrics } from '@/infrastructure/observability/metrics';
import { OwnershipLostError } from '../transport/transport.errors';
import type { DeliveryStore, Tenure } from './delivery-store.port';
import { GroupConsumer } from './group-consumer';
import type { RecordProcessor } from './record-processor';

const ORDERS = { topic: 'orders', partition: 0 };

const batch = (offset: bigint): FetchedBatch => ({
  ...ORDERS,
  records: [{ ...ORDERS, offset, key: null, value: null, headers: [], timestamp: 0 }],
  nextOffset: offset + 1n,
  endOffset: offset + 1n,
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A log, a store and a processor that do what the spec says. */
class Surroundings {
  joins = 0;
  refuseJoins = 0;
  listener: GroupListener | undefined;
  readonly committed: Position[] = [];
  readonly processed: bigint[] = [];
  watermark: bigint | null = null;
  epoch = 0n;
  onClose: () => Promise<void> = async () => undefined;
  acquiring: () => Promise<void> = async () => undefined;
  process: () => Promise<boolean> = async () => true;
  readonly saved: { tenure: Tenure; watermark: bigint }[] = [];

  readonly consumer = new GroupConsumer({
    transport: {
      join: async (_options: unknown, listener: GroupListener): Promise<GroupMember> => {
        this.joins += 1;
        if (this.joins <= this.refuseJoins) throw new Error('no broker answers');
        this.listener = listener;
        return {
          memberId: String(this.joins),
          assignment: () => [],
          pause: () => undefined,
          resume: () => undefined,
          seek: () => undefined,
          commit: async (positions) => void this.committed.push(...positions),
          close: () => this.onClose(),
        };
      },
      admin: { offsets: async () => [{ ...ORDERS, start: 0n, end: 7n }] },
    } as unknown as EventTransport,
    store: {
      acquire: async (group) => {
        await this.acquiring();
        this.epoch += 1n;
        return [{ tenure: { group, ...ORDERS, epoch: this.epoch }, watermark: this.watermark }];
      },
      save: async (positions) => {
        this.saved.push(...positions);
        return positions.map(({ tenure: { topic, partition }, watermark }) => ({
          topic,
          partition,
          offset: watermark,
        }));
      },
    } satisfies Pick<DeliveryStore, 'acquire' | 'save'> as unknown as DeliveryStore,
    processor: {
      process: async ({ offset }: { offset: bigint }) => {
        this.processed.push(offset);
        return this.process();
      },
    } as unknown as RecordProcessor,
    group: 'g',
    clientId: 'c',
    sessionTimeoutMs: 1_000,
    maxWaitMs: 100,
    metrics: new Metrics(),
    logger: loggerOf('spec'),
    handlersOn: () => [],
  });

  assign(): Promise<readonly Position[]> {
    return (this.listener as GroupListener).assigned([{ ...ORDERS, committed: null }]);
  }
}

let around: Surroundings;
beforeEach(() => {
  around = new Surroundings();
});

describe('a group consumer', () => {
  it('joins again after a join that failed', async () => {
    around.refuseJoins = 1;
    await expect(around.consumer.subscribe(['orders'])).rejects.toThrow('no broker answers');
    expect(around.consumer.active).toBe(false);
    await around.consumer.subscribe(['orders']);
    expect(around.joins).toBe(2);
    expect(around.consumer.active).toBe(true);
    expect(around.consumer.subscribed()).toEqual(['orders']);
  });

  it('keeps the start of a fresh partition before anything of it is read', async () => {
    await around.consumer.subscribe(['orders']);
    expect(await around.assign()).toEqual([{ ...ORDERS, offset: 7n }]);
    expect(around.saved).toMatchObject([{ watermark: 7n }]);
  });

  it('works on no partition that came while it was leaving', async () => {
    await around.consumer.subscribe(['orders']);
    const first = around.listener as GroupListener;
    around.watermark = 0n;
    around.onClose = async () => {
      await expect(around.assign()).rejects.toBeInstanceOf(OwnershipLostError);
      first.records(batch(0n));
    };
    await around.consumer.subscribe(['orders', 'payments']);
    await turn();
    expect(around.processed).toEqual([]);
  });

  it('takes nothing over for a membership that has ended', async () => {
    await around.consumer.subscribe(['orders']);
    around.acquiring = async () => Promise.reject(new Error('the database is away'));
    const taking = around.assign();
    taking.catch(() => undefined);
    await turn();
    await around.consumer.subscribe(['orders', 'payments']);
    await expect(taking).rejects.toThrow('the database is away');
    around.acquiring = async () => undefined;
    around.watermark = 0n;
    await around.assign();
    expect(around.epoch).toBe(1n);
  });

  it('works no longer on a partition whose new owner has fenced it', async () => {
    around.watermark = 0n;
    await around.consumer.subscribe(['orders']);
    await around.assign();
    around.process = async () => false;
    around.listener?.records(batch(0n));
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(around.processed).toEqual([0n]);
  });
});
