import { expect, it } from 'vitest';
import type { ChoreographyEvent } from '../order-choreography.service';
import { OnSagaReplyHandler } from './on-saga-reply.handler';

it('takes stock as given back when that of the order was, and not that of an attempt', async () => {
  const followed: unknown[] = [];
  const handler = new OnSagaReplyHandler(
    { reply: async () => false } as never,
    { follow: async ({ data }: ChoreographyEvent) => void followed.push(data) } as never,
  );
  const released = (attempt?: number) =>
    ({ eventType: 'inventory.released', data: { orderId: 'order-1', attempt } }) as ChoreographyEvent;
  await handler.onReply(released(1));
  expect(followed).toEqual([]);
  await handler.onReply(released());
  expect(followed).toEqual([{ orderId: 'order-1' }]);
});
