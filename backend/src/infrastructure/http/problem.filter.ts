import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { loggerOf } from '@/infrastructure/observability/logger';
import { PROBLEM_CONTENT_TYPE, retryAfterSeconds, toProblem } from './problem';
import { causalityOf } from './request-context';

/** The last stop of every error on the way out: `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = loggerOf('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.send(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  send(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const correlationId = causalityOf(request)?.correlationId;
    const problem = toProblem(error, correlationId);
    const told = { code: problem.code, method: request.method, url: pathOf(request), correlationId };
    if (problem.status >= 500) this.logger.error({ ...told, err: error }, 'request failed');
    else this.logger.debug(told, 'request refused');
    if (reply.sent || reply.raw?.headersSent) return;
    const retryAfter = retryAfterSeconds(error, problem.status);
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    reply.status(problem.status).header('content-type', PROBLEM_CONTENT_TYPE).send(JSON.stringify(problem));
  }
}

// Query strings can hold keys and addresses.
const pathOf = (request: FastifyRequest): string => (request.url ?? '').split('?', 1)[0] ?? '';
