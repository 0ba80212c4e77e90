import { z } from 'zod';
import type { OrderAtVersion } from '@/services/order/state/order-past';
import { type OpsClient, RefusedByPlatform } from '../ops-client';
import { agoOf } from './tell';

const order = z.custom<OrderAtVersion>();

/** An order that is followed by its events alone; undefined where there is none of this id. */
export async function orderWithoutSaga(client: OpsClient, id: string): Promise<OrderAtVersion | undefined> {
  try {
    const found = await client.get(`/ops/api/orders/${encodeURIComponent(id)}`, order);
    return found.flow === 'choreography' ? found : undefined;
  } catch (error) {
    if (error instanceof RefusedByPlatform && error.status === 404) return undefined;
    throw error;
  }
}

/** Where it is and why, and how it came there. */
export function tellOrder(found: OrderAtVersion): string[] {
  const { orderId, status, at, order: placed, history, choreography: now } = found;
  const why = now?.failure;
  const waits =
    now === null || now.dueAt === null ? [] : [`  waits for   ${waitOf(now)}, until ${now.dueAt}`];
  return [
    `order ${orderId}  ${status.replaceAll('_', ' ')}, for ${agoOf(at)}`,
    '  saga        none: the services follow each other (ORDER_FLOW=choreography)',
    ...(why ? [`  turned back ${why.code}: ${why.message}`] : []),
    ...(now && now.refused.length > 0 ? [`  refused     to take back ${now.refused.join(', ')}`] : []),
    ...(now && isMoneyAtRisk(now)
      ? [`  at risk     up to ${placed.totals.total} ${placed.currency ?? ''}`.trimEnd()]
      : []),
    ...(now && now.undone.length > 0 ? [`  taken back  ${now.undone.join(', ')}`] : []),
    ...waits,
    ...(status === 'needs_attention' && why && waits.length === 0
      ? [`  you can     npm run sagas -- resume ${orderId}`]
      : []),
    '',
    ...history.map(({ at: when, status: to, reason }) => `  ${when}  ${to}${reason ? `: ${reason}` : ''}`),
    '',
  ];
}

function waitOf({ failure, awaits, asked }: Now): string {
  if (!failure) return awaits;
  return asked
    ? `${asked.part} to be taken back, asked ${asked.attempt} times`
    : 'what was done to be taken back';
}

type Now = NonNullable<OrderAtVersion['choreography']>;

/** What was paid, if anything was, has to go back and did not. */
const isMoneyAtRisk = ({ failure, required, refused, undone }: Now): boolean =>
  failure !== null &&
  [required, refused].every((parts) => parts.includes('payment')) &&
  !undone.includes('payment');
