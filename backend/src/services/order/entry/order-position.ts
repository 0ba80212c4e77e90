import { z } from 'zod';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import type { OrderPosition } from '../state/order-queries';

const positionText = z.string().transform((text, context): OrderPosition => {
  try {
    return position.parse(JSON.parse(text));
  } catch {
    context.addIssue('is not a position in a list of orders');
    return z.NEVER;
  }
});

// A client can make up a cursor of its own: what passes here must not fail in the database.
const position = z.object({
  createdAt: z.string().regex(/^\d{1,16}$/),
  orderId: z.string().refine(isStorableKey),
});

export const isOrderPosition = (text: string): boolean => positionText.safeParse(text).success;

export const orderPositionOf = (text: string | undefined): OrderPosition | undefined =>
  text === undefined ? undefined : positionText.parse(text);
