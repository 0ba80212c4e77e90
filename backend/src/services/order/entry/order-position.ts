import { z } from 'zod';
import type { OrderPosition } from '../state/order-queries';

const positionText = z.string().transform((text, context): OrderPosition => {
  try {
    return position.parse(JSON.parse(text));
  } catch {
    context.addIssue('is not a position in a list of orders');
    return z.NEVER;
  }
});

// The text form that PostgreSQL itself gave out; anything else must not reach the cast.
const position = z.object({
  createdAt: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:?\d\d)?$/),
  orderId: z.string().min(1).max(512),
});

export const isOrderPosition = (text: string): boolean => positionText.safeParse(text).success;

export const orderPositionOf = (text: string | undefined): OrderPosition | undefined =>
  text === undefined ? undefined : positionText.parse(text);
