import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OperatorAccess } from './operator-access';
import { OperatorTokenError } from './security.errors';

/** For every route under `/ops/api`. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(private readonly access: OperatorAccess) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!this.access.admits(request)) throw new OperatorTokenError();
    return true;
  }
}
