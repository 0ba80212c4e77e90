import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AccessTokens } from './access-tokens';
import { bearerToken, setUser } from './bearer';
import { MissingTokenError } from './security.errors';

/** Lets a request with a valid token pass and tells the route who it is. */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  constructor(private readonly tokens: AccessTokens) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = bearerToken(request);
    if (token === undefined) throw new MissingTokenError();
    setUser(request, await this.tokens.verify(token));
    return true;
  }
}

/** As `AccessTokenGuard`, for routes that also serve visitors; a token that is there must be valid. */
@Injectable()
export class OptionalAccessTokenGuard implements CanActivate {
  constructor(private readonly tokens: AccessTokens) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = bearerToken(request);
    if (token !== undefined) setUser(request, await this.tokens.verify(token));
    return true;
  }
}
