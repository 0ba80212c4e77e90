import type { OrderStatus } from './order-status';

const AFTER_STEP: Readonly<Record<string, OrderStatus>> = {
  validation: 'validated',
  payment: 'paid',
  inventory: 'reserved',
  shipment: 'shipped',
};

interface Fact {
  readonly kind: string;
  readonly step?: string;
}

/** The order's status that a fact of its saga leads to, undefined when it leads to none. */
export function statusAfter({ kind, step }: Fact): OrderStatus | undefined {
  switch (kind) {
    case 'step_completed':
      return step === undefined ? undefined : AFTER_STEP[step];
    case 'completed':
      return 'completed';
    case 'compensated':
      return 'cancelled';
    case 'needs_attention':
      return 'needs_attention';
    default:
      return undefined;
  }
}
