import type { Order, StatusChange } from '@/api/shop.types';
import { ORDER_WAY } from './order-status';

export interface StatusEvent extends StatusChange {
  readonly orderId: string;
}

const rank = (status: string): number => {
  const step = ORDER_WAY.findIndex((known) => known === status);
  return step === -1 ? ORDER_WAY.length : step;
};

/** A status seen twice, after a reconnection or beside a reload, stays one entry; a late one never turns back. */
export function applyStatus(order: Order, { status, at, reason }: StatusEvent): Order {
  if (order.history.some((change) => change.status === status)) return order;
  const change: StatusChange = { status, at, ...(reason === undefined ? {} : { reason }) };
  const history = [...order.history, change].toSorted(
    (a, b) => a.at.localeCompare(b.at) || rank(a.status) - rank(b.status),
  );
  return { ...order, history, status: rank(status) >= rank(order.status) ? status : order.status };
}

export function readStatusEvent(data: string): StatusEvent | null {
  try {
    const value = JSON.parse(data) as Partial<StatusEvent> | null;
    if (typeof value?.orderId !== 'string' || typeof value.status !== 'string') return null;
    const { orderId, status, at = new Date().toISOString(), reason } = value;
    return { orderId, status, at, ...(typeof reason === 'string' ? { reason } : {}) };
  } catch {
    return null;
  }
}
