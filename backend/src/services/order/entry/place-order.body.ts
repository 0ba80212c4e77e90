import { z } from 'zod';
import { MAX_LINES, MAX_QUANTITY } from '../domain/validate-order';

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine(
      (value) => !value.includes('\0') && value.isWellFormed(),
      'holds a character that cannot be kept',
    );

const quantity = z
  .number('must be a number')
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(MAX_QUANTITY, `must be at most ${MAX_QUANTITY}`);

const address = z.strictObject({
  name: line(200),
  line1: line(200),
  city: line(100),
  postalCode: line(20),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code such as DE'),
});

export const placeOrderBody = z.strictObject({
  items: z
    .array(z.strictObject({ productId: line(100), quantity }))
    .min(1, 'must hold at least one item')
    .max(MAX_LINES, `must hold at most ${MAX_LINES} items`),
  paymentMethod: z.string().regex(/^\w{1,100}$/, 'must be the name of a payment method such as pm_card_visa'),
  shippingAddress: address.optional(),
  couponCode: line(50).optional(),
});

export type PlaceOrderBody = z.output<typeof placeOrderBody>;
