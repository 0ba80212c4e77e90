import type { FastifyRequest } from 'fastify';
import type { AuthenticatedUser } from './access-tokens';

const users = new WeakMap<FastifyRequest, AuthenticatedUser>();

export const userOf = (request: FastifyRequest): AuthenticatedUser | undefined => users.get(request);

export function setUser(request: FastifyRequest, user: AuthenticatedUser): void {
  users.set(request, user);
}

/** The token of `Authorization: Bearer …`, undefined where the header is absent or of another scheme. */
export function bearerToken(request: FastifyRequest): string | undefined {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '');
  return match?.[1];
}
