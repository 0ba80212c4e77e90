import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryDeliveryStore } from '@/testing/delivery/memory-delivery-store';
import { handlerOf, recordOf } from '@/testing/delivery/membership-fixture';
import { OwnedPartition } from '@/testing/delivery/owned-partition';
import { FencedError } from '../delivery.errors';

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);

beforeEach(() => {
  vi.useFakeTimers();
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
  vi.useRealTimers();
});

it('a batch that runs one by one keeps a refused row of the first event until the last one has run', async () => {
  const store = new MemoryDeliveryStore();
  const ran: bigint[] = [];
  const mail = handlerOf(
    'mail',
    ['created'],
    async (_, { offset }) => {
      if (offset !== 2n) await new Promise((resolve) => setTimeout(resolve, 1_000));
      ran.push(offset);
    },
    {
      options: { effects: 'external' },
      batch: { maxEvents: 10, run: () => Promise.reject(new Error('not together')) },
    },
  );
  const partition = await OwnedPartition.take([mail], { transactions: 1 }, store);
  // The first one takes the only slot, so that the others are called together when it has ended.
  partition.read(...[0n, 2n, 4n].map((offset) => recordOf(offset, `k${offset}`, 'created')));
  store.fault = (at) => {
    if (at === 'remember' && store.inbox.size === 1) throw new FencedError('taken over');
  };
  await partition.until(() => ran.length === 3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ran).toEqual([0n, 2n, 4n]);
  expect(unhandled).toEqual([]);
});
