import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { readCartCookie } from './cart-cookie';

const id = '2fb7e8cd-4a17-47c9-a384-b35dbe9255b9';

it.each([
  [`cartId=${id}`, id],
  [`a=b; cartId=${id}; c=d`, id],
  [`xcartId=${id}`, undefined],
  ['cartId=cart-user-1', undefined],
  ["cartId='; drop table carts", undefined],
  ['cartId', undefined],
  [undefined, undefined],
])('of the cookies %s the cart is %s', (cookie, expected) => {
  expect(readCartCookie({ headers: { cookie } } as FastifyRequest)).toBe(expected);
});
