import { describe, expect, it } from 'vitest';
import { burialOf, runOf } from '@/testing/delivery/requests';
import type { EventTransport, OutgoingRecord } from '../transport/transport.port';
import { CommittedDeliveryStore } from './committed-delivery-store';
import { FencedError } from './delivery.errors';
import type { Tenure } from './delivery-store.port';

const appended: OutgoingRecord[] = [];
const transport = {
  append: async (records: readonly OutgoingRecord[]) => void appended.push(...records),
} as unknown as EventTransport;
const store = new CommittedDeliveryStore(transport);

async function take(): Promise<Tenure> {
  const [owned] = await store.acquire('g', [{ topic: 't', partition: 0, committed: 5n }]);
  if (!owned) throw new Error('Nothing was acquired.');
  expect(owned.before).toBe(5n);
  return owned.tenure;
}

const update = (tenure: Tenure, watermark: bigint) => ({ tenure, watermark, segments: [], mirrored: null });

describe('without a database', () => {
  it('an earlier takeover of a partition can neither run nor bury, nor move the position back', async () => {
    const earlier = await take();
    const later = await take();
    const run = (tenure: Tenure) => store.together([runOf(tenure, 1n)], async () => undefined);
    await expect(run(earlier)).rejects.toBeInstanceOf(FencedError);
    await expect(store.seen([runOf(earlier, 1n)])).rejects.toBeInstanceOf(FencedError);
    await expect(store.bury(burialOf(earlier, 1n))).rejects.toBeInstanceOf(FencedError);
    expect(await run(later)).toEqual([['handled']]);
    expect(await store.save([update(later, 8n), update(earlier, 6n)])).toEqual([
      { topic: 't', partition: 0, offset: 8n },
    ]);
  });

  it('an event comes again as often as the log gives it', async () => {
    const tenure = await take();
    await store.remember();
    expect(await store.seen([runOf(tenure, 1n, { handlers: ['stock', 'mail'] })])).toEqual([
      ['handled', 'handled'],
    ]);
  });

  it('a dead event goes to the dead-letter topic, and to the handlers that remain', async () => {
    const tenure = await take();
    expect(await store.bury(burialOf(tenure, 1n))).toBe('gone');
    expect(await store.bury(burialOf(tenure, 1n, { remaining: ['mail'] }))).toBe('goes-on');
    expect(appended.map(({ topic, partition }) => [topic, partition])).toEqual([
      ['orders.dlq', 0],
      ['orders.dlq', 0],
    ]);
  });
});
