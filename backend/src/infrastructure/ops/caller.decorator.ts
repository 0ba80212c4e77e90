import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { callerOf, type OpsCaller } from './ops-caller';

/** The operator of a request behind `OperatorGuard`. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext): OpsCaller =>
    callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
