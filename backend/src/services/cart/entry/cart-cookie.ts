import type { FastifyReply, FastifyRequest } from 'fastify';

const NAME = 'cartId';
const THIRTY_DAYS_SECONDS = 2_592_000;
const MINTED = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Undefined where there is none, or one that we cannot have set. */
export function readCartCookie(request: FastifyRequest): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2);
    if (name === NAME && MINTED.test(value)) return value;
  }
  return undefined;
}

export function setCartCookie(request: FastifyRequest, reply: FastifyReply, cartId: string): void {
  reply.header('set-cookie', cookie(request, cartId, THIRTY_DAYS_SECONDS));
}

export function clearCartCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', cookie(request, '', 0));
}

function cookie(request: FastifyRequest, value: string, maxAge: number): string {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  return `${NAME}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`;
}
