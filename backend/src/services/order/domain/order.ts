import type { EventData } from '@shop/contracts';

/** What is known of an order when it is created; also what `order.created` carries. */
export type Order = EventData<'order.created'>;

export type OrderFlow = 'saga' | 'choreography';

/** An event without a stamp belongs to the saga, whatever a process is configured to: two must not differ on it. */
export const flowOf = (order: Pick<Order, 'flow'>): OrderFlow => order.flow ?? 'saga';
