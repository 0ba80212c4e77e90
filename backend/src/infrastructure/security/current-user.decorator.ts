import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuthenticatedUser } from './access-tokens';
import { userOf } from './bearer';
import { MissingTokenError } from './security.errors';

/** The user a guard let in. Refuses where the route forgot its guard. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): AuthenticatedUser => {
    const user = userOf(context.switchToHttp().getRequest<FastifyRequest>());
    if (!user) throw new MissingTokenError();
    return user;
  },
);

/** Behind `OptionalAccessTokenGuard`: undefined for a visitor. */
export const MaybeUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): AuthenticatedUser | undefined =>
    userOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
