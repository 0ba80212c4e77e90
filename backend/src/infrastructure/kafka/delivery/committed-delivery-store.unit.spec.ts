import { expect, it } from 'vitest';
import type { EventTransport } from '../transport/transport.port';
import { CommittedDeliveryStore } from './committed-delivery-store';
import type { HandlerRun, Tenure } from './delivery-store.port';
import { FencedError } from './delivery.errors';

it('lets an earlier takeover of a partition neither run nor move the position back', async () => {
  const store = new CommittedDeliveryStore({} as EventTransport);
  const take = async () => {
    const [owned] = await store.acquire('g', [{ topic: 't', partition: 0, committed: 5n }]);
    return owned?.tenure as Tenure;
  };
  const earlier = await take();
  const later = await take();
  const run = (tenure: Tenure) => store.runOnce({ tenure, work: async () => undefined } as HandlerRun);
  await expect(run(earlier)).rejects.toBeInstanceOf(FencedError);
  expect(await run(later)).toBe('handled');
  const saved = await store.save([
    { tenure: later, watermark: 8n },
    { tenure: earlier, watermark: 6n },
  ]);
  expect(saved).toEqual([{ topic: 't', partition: 0, offset: 8n }]);
});
