import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { addAnswerDeadline } from './answer-deadline';
import { eventStreams } from './event-stream';
import { ProblemFilter } from './problem.filter';
import { addRequestContext } from './request-context';
import { SchemaValidationPipe } from './validation';

const BODY_LIMIT_BYTES = 1_048_576;

/** Clients are promised an answer within 10 s. */
export const ANSWER_WITHIN_MS = 9_000;

export interface HttpOptions {
  readonly answerWithinMs?: number;
  /** Whose `x-forwarded-for` is believed. Default: a proxy on this machine. */
  readonly trustProxy?: string;
}

export function fastifyOptions(options: HttpOptions = {}): FastifyServerOptions {
  return {
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: options.answerWithinMs ?? ANSWER_WITHIN_MS,
    trustProxy: options.trustProxy ?? 'loopback',
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // A URL that cannot be routed is answered before any hook or filter.
    frameworkErrors: (error, request, reply) => new ProblemFilter().send(error, request, reply),
    routerOptions: { maxParamLength: 256 },
  };
}

/** Before `listen`: one way of answering errors, checking input, naming requests and ending streams. */
export function configureHttp(app: NestFastifyApplication, options: HttpOptions = {}): void {
  const filter = new ProblemFilter();
  const instance = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  addRequestContext(instance);
  addAnswerDeadline(instance, options.answerWithinMs ?? ANSWER_WITHIN_MS, (error, request, reply) =>
    filter.send(error, request, reply),
  );
  addSecurityHeaders(instance);
  instance.addHook('preClose', async () => eventStreams.closeAll());
  app.useGlobalFilters(filter);
  app.useGlobalPipes(new SchemaValidationPipe());
}

function addSecurityHeaders(instance: FastifyInstance): void {
  instance.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'same-origin');
    reply.header('x-frame-options', 'DENY');
    reply.header('cache-control', 'no-store');
    done();
  });
}
