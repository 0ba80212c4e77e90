import type { StatusChanged } from './order-stream';

/** Written before changes said who had made them. */
interface StatusChangedV1 {
  readonly status: StatusChanged['to'];
  readonly reason: string | null;
}

/** From each schema version to the next. Recorded streams of all of them are in `recorded-streams`. */
export const orderUpcasters = {
  'order.placed': [],
  'order.status.changed': [
    ({ status, reason }: StatusChangedV1): StatusChanged => ({ to: status, by: null, reason }),
  ],
} as const;
