import Fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../domain/ids.ts';
import { JournalCorruptError, JournalFailedError, SimulatorError } from '../errors/simulator.errors.ts';
import { StripeFailure } from '../errors/stripe-failure.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { PaymentStore } from '../store/payment-store.ts';
import { parseForm } from './form.ts';
import type { OperationRunner } from './operation-runner.ts';
import { simulatorRoutes } from './simulator.routes.ts';
import { stripeQueries } from './stripe.queries.ts';
import { stripeRoutes } from './stripe.routes.ts';

export interface ServerParts {
  readonly store: PaymentStore;
  readonly faults: FaultPlan;
  readonly runner: OperationRunner;
  /** Once aborted, every answer ends its connection, so that kept-alive ones do not hold the stop up. */
  readonly stopping: AbortSignal;
  /** An error after which nothing more can be kept. */
  readonly onFatal: (error: Error) => void;
  readonly onUnexpected: (error: Error, requestId: string) => void;
}

const LARGEST_BODY = 64 * 1_024;

export function buildServer(parts: ServerParts): FastifyInstance {
  const app = Fastify({
    bodyLimit: LARGEST_BODY,
    genReqId: newId.request,
    requestTimeout: 10_000,
    routerOptions: { querystringParser: parseForm },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('request-id', request.id);
    const key = request.headers['idempotency-key'];
    if (typeof key === 'string') reply.header('idempotency-key', key);
  });
  app.addHook('onSend', async (_request, reply) => {
    if (parts.stopping.aborted) reply.header('connection', 'close');
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof JournalFailedError || error instanceof JournalCorruptError) parts.onFatal(error);
    return request.url.startsWith('/v1/')
      ? sendStripeError(error, request, reply, parts)
      : sendProblem(error, request, reply, parts);
  });
  app.setNotFoundHandler((request, reply) =>
    sendBody(reply, 404, 'SIMULATOR_ROUTE_UNKNOWN', `${request.method} ${request.url} is not known`),
  );
  app.register(
    async (v1) => {
      stripeRoutes(v1, parts.runner);
      stripeQueries(v1, parts.store);
    },
    { prefix: '/v1' },
  );
  simulatorRoutes(app, parts.store, parts.faults);
  return app;
}

function sendStripeError(
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
  { onUnexpected }: ServerParts,
): FastifyReply {
  const failure = error instanceof StripeFailure ? error : asStripeFailure(error);
  if (failure === undefined) onUnexpected(error, request.id);
  const answer = failure ?? new StripeFailure(500, 'api_error', 'An unknown error occurred.');
  if (answer.status === 401) reply.header('www-authenticate', 'Bearer realm="Stripe"');
  return reply.code(answer.status).send(answer.toBody());
}

function asStripeFailure(error: Error & { statusCode?: number }): StripeFailure | undefined {
  const { statusCode } = error;
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined;
  return new StripeFailure(statusCode === 413 ? 413 : 400, 'invalid_request_error', error.message);
}

function sendProblem(
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
  { onUnexpected }: ServerParts,
): FastifyReply {
  if (error instanceof SimulatorError && error.status < 500) {
    return sendBody(reply, error.status, error.code, error.message, error.faults);
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return sendBody(reply, error.statusCode, 'SIMULATOR_REQUEST_INVALID', error.message);
  }
  onUnexpected(error, request.id);
  return sendBody(reply, 500, 'SIMULATOR_FAILED', 'The simulator failed; its own log says why.');
}

function sendBody(
  reply: FastifyReply,
  status: number,
  code: string,
  detail: string,
  faults: SimulatorError['faults'] = [],
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title: code,
      status,
      code,
      detail,
      ...(faults.length > 0 ? { faults } : {}),
    });
}
